import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { encodeAudioFrame, encodeMessageFrame } from './encode-frame.js';
import { FrameSchema } from './gen/frames_pb.js';

const bySchema = (frame: NonNullable<MessageInitShape<typeof FrameSchema>['frame']>): Uint8Array =>
  toBinary(FrameSchema, create(FrameSchema, { frame }));

it('writes audio as the schema does', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.constant(new Uint8Array(70_000).fill(7))),
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 1, max: 300 }),
      (audio, sampleRate, numChannels) => {
        expect(encodeAudioFrame(audio, sampleRate, numChannels)).toEqual(
          bySchema({ case: 'audio', value: { audio, sampleRate, numChannels } }),
        );
      },
    ),
  );
});

it('writes messages as the schema does, whatever their letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (data) => {
      expect(encodeMessageFrame(data)).toEqual(bySchema({ case: 'message', value: { data } }));
    }),
  );
});
