import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  InterruptionFrame,
  LLMTextFrame,
  OutputAudioRawFrame,
  OutputTransportMessageUrgentFrame,
} from '../../pipeline/frames/index.js';
import { PcmFrameSerializer } from './pcm-frame-serializer.js';

const message = new OutputTransportMessageUrgentFrame({ label: 'rtvi-ai', type: 'bot-llm-started' });

describe('PcmFrameSerializer', () => {
  it('sends samples as bytes, and takes bytes for samples', () => {
    const serializer = new PcmFrameSerializer(16_000);
    const samples = Int16Array.of(1, -2, 32_767);
    const bytes = serializer.serialize(new OutputAudioRawFrame(samples, 16_000));
    expect(bytes).toEqual(Uint8Array.of(1, 0, 0xfe, 0xff, 0xff, 0x7f));
    expect(serializer.deserialize(bytes as Uint8Array)).toMatchObject({
      kind: 'frame',
      frame: { type: 'InputAudioRawFrame', audio: samples, sampleRateHz: 16_000, numChannels: 1 },
    });
  });

  it('says when to throw away what was not played, and nothing else to a device that is silent', () => {
    const serializer = new PcmFrameSerializer(16_000);
    expect(serializer.serialize(new InterruptionFrame())).toBe('{"event":"clear"}');
    expect(serializer.serialize(message)).toBeNull();
    expect(serializer.serialize(new LLMTextFrame('a'))).toBeNull();
    expect(serializer.serialize(new OutputAudioRawFrame(new Int16Array(0), 16_000))).toBeNull();
  });

  it('speaks RTVI with a device that does', () => {
    const serializer = new PcmFrameSerializer(16_000);
    const hello = { label: 'rtvi-ai', type: 'client-ready', id: '1', data: { version: '2.2.0' } };
    expect(serializer.deserialize(JSON.stringify(hello))).toMatchObject({
      kind: 'frame',
      frame: { type: 'InputTransportMessageFrame', message: hello },
    });
    expect(serializer.serialize(message)).toBe(JSON.stringify(message.message));
  });

  it('drops half a sample and text that is no JSON, and takes no harm', () => {
    const serializer = new PcmFrameSerializer(16_000);
    expect(serializer.deserialize(Uint8Array.of(1)).kind).toBe('undecodable');
    expect(serializer.deserialize('hello').kind).toBe('undecodable');
    expect(serializer.deserialize(new Uint8Array(0)).kind).toBe('ignored');
    expect(serializer.serialize(message)).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array()), (data) => void serializer.deserialize(data)),
    );
  });
});
