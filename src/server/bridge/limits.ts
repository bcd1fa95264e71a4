/** What one socket of the bridge may hold and how long it may stall. */
export interface BridgeLimits {
  /** Requests open at the same time; another is refused with `SLOWCAT_BRIDGE_BUSY`. @defaultValue 16 */
  readonly maxOpenRequests: number;
  /** Audio held of all transcriptions that are not ended yet. @defaultValue 33554432, 17 minutes at 16 kHz */
  readonly maxHeldAudioBytes: number;
  /** Pieces wait while more than this is unsent. @defaultValue 262144 */
  readonly highWaterBytes: number;
  /** A socket with more than this unsent is closed with 1008. @defaultValue 8388608 */
  readonly maxUnsentBytes: number;
  /** A client that takes nothing for so long, though something is to be sent, is closed with 1008. @defaultValue 10000 */
  readonly stallMs: number;
  /** Messages in a row that cannot be understood, before the socket is closed with 1007. @defaultValue 50 */
  readonly maxBadInARow: number;
  /** Largest part of synthesised audio in one message. @defaultValue 32768, 0.7 s at 24 kHz */
  readonly audioMessageBytes: number;
}

export const defaultBridgeLimits = {
  maxOpenRequests: 16,
  maxHeldAudioBytes: 32 * 1024 * 1024,
  highWaterBytes: 256 * 1024,
  maxUnsentBytes: 8 * 1024 * 1024,
  stallMs: 10_000,
  maxBadInARow: 50,
  audioMessageBytes: 32 * 1024,
} as const satisfies BridgeLimits;
