import { expect, it } from 'vitest';
import { voiceActivityConformance } from '../engines/conformance/voice-activity.js';
import { createFakeVoiceActivity } from './fake-voice-activity.js';

const tone = Float32Array.from({ length: 5120 }, (_, i) => 0.3 * Math.sin(i / 8));

voiceActivityConformance(
  'FakeVoiceActivity',
  () => createFakeVoiceActivity(),
  () => tone,
);

it('takes what it is told for speech', async () => {
  const engine = createFakeVoiceActivity({ speechRms: 0.5, silenceProbability: 0.1 });
  expect(await engine.createStream().push(tone.slice(0, 512))).toBe(0.1);
});
