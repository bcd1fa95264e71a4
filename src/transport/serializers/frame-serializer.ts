import type { SlowcatError } from '../../errors.js';
import type { Frame } from '../../pipeline/frames/index.js';

/** What became of one message from a peer. Whatever a peer sends, there is a result and never an exception. */
export type Deserialized =
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Well-formed but of no use here, e.g. a kind of frame that a newer peer knows. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Damaged or not of this format. The session goes on; the transport counts. */
  | { readonly kind: 'undecodable'; readonly error: SlowcatError };

/** Turns frames into what travels on the wire, and back. */
export interface FrameSerializer {
  /**
   * The message that carries the frame; null when frames of this kind do not travel.
   *
   * Throws `SLOWCAT_FRAME_UNENCODABLE` when this frame should but cannot, e.g. a message that is not JSON.
   */
  serialize(frame: Frame): Uint8Array | string | null;
  /** @param data bytes of a binary message, or the string of a text message */
  deserialize(data: Uint8Array | string): Deserialized;
}
