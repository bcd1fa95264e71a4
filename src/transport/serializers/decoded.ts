import { SlowcatError } from '../../errors.js';
import type { Frame } from '../../pipeline/frames/index.js';
import type { Deserialized } from './frame-serializer.js';

export const received = (frame: Frame): Deserialized => ({ kind: 'frame', frame });

export const ignored = (reason: string): Deserialized => ({ kind: 'ignored', reason });

export const undecodable = (detail: string, cause?: unknown): Deserialized => ({
  kind: 'undecodable',
  error: new SlowcatError('SLOWCAT_FRAME_UNDECODABLE', detail, { cause }),
});

/** The fault of reading a message, as its result. */
export const undecodableBy = (error: unknown, detail: string): Deserialized =>
  SlowcatError.isInstance(error) ? { kind: 'undecodable', error } : undecodable(detail, error);
