import { rms } from '../audio/index.js';
import { SlowcatError } from '../errors.js';
import type { VoiceActivity, VoiceActivityStream } from '../engines/interfaces.js';

export interface FakeVoiceActivityOptions {
  /** Louder windows (root mean square) count as speech. @defaultValue 0.01 */
  readonly speechRms?: number;
  /** Probability of speech. @defaultValue 0.95 */
  readonly speechProbability?: number;
  /** Probability of silence. @defaultValue 0.02 */
  readonly silenceProbability?: number;
}

export const defaultFakeVoiceActivityOptions = {
  speechRms: 0.01,
  speechProbability: 0.95,
  silenceProbability: 0.02,
} as const satisfies FakeVoiceActivityOptions;

/** A {@link VoiceActivity} that takes everything loud for speech. */
export function createFakeVoiceActivity(options: FakeVoiceActivityOptions = {}): VoiceActivity {
  const { speechRms, speechProbability, silenceProbability } = {
    ...defaultFakeVoiceActivityOptions,
    ...options,
  };
  let closed = false;
  const score = (window: Float32Array): number => {
    if (closed) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another fake VAD.');
    if (window.length !== 512) throw new SlowcatError('SLOWCAT_AUDIO_INVALID', 'Push exactly 512 samples.');
    return rms(window) > speechRms ? speechProbability : silenceProbability;
  };
  const stream: VoiceActivityStream = {
    push: (window) => Promise.resolve().then(score.bind(undefined, window.slice())),
    reset: () => undefined,
  };
  return {
    info: { engine: 'fake', model: 'loudness', device: 'cpu' },
    warmUp: () => Promise.resolve(),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    createStream: () => stream,
  };
}
