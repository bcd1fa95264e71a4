import type { SlowcatError } from '../../errors.js';
import { defaultPacerOptions, type PlayoutMark } from '../playout/pacer.js';
import { defaultLivenessOptions, type LivenessOptions } from './liveness.js';

/** How one socket is served. */
export interface WebSocketTransportOptions extends LivenessOptions {
  /**
   * Rate to which the user's audio is brought; undefined takes the pipeline's.
   *
   * @defaultValue undefined, and the pipeline's default is 16000
   */
  readonly audioInSampleRateHz: number | undefined;
  /**
   * Rate of the audio that is sent; undefined takes the pipeline's. Pipecat's JavaScript client plays everything at
   * 24000, a Python peer wants its own input rate. See `outputRateFromQuery`.
   *
   * @defaultValue undefined, and the pipeline's default is 24000
   */
  readonly audioOutSampleRateHz: number | undefined;
  /** Length of one audio message, in milliseconds. @defaultValue 40, as Pipecat */
  readonly chunkMs: number;
  /** How far audio is sent ahead of what is heard, in milliseconds; see `PacerOptions`. @defaultValue 120 */
  readonly leadMs: number;
  /**
   * While more bytes than this wait to be taken, no audio is sent.
   *
   * @defaultValue 65536, about 1.4 s of 24 kHz audio
   */
  readonly maxBufferedAudioBytes: number;
  /** With more bytes than this waiting, the client counts as stalled at once. @defaultValue 4194304 */
  readonly maxBufferedBytes: number;
  /** How long a client may take no audio before its socket is cut, in milliseconds. @defaultValue 10000, as Pipecat */
  readonly writeTimeoutMs: number;
  /**
   * How far a client may run ahead of real time before it is read no further until time has caught up, in
   * milliseconds. Clients send what they recorded before the bot was ready in one go.
   *
   * @defaultValue 30000
   */
  readonly maxInputLeadMs: number;
  /** So many undecodable messages in a row close the socket with 1007. @defaultValue 50 */
  readonly maxUndecodableInARow: number;
  /** Told of each message that could not be decoded. */
  readonly onUndecodable?: (error: SlowcatError) => void;
  /** Told what the client had heard when it was interrupted. */
  readonly onInterrupted?: (mark: PlayoutMark) => void;
  /** Told once when the pipeline has started and the socket is listened to. */
  readonly onConnected?: () => void;
  /** Told once when the socket is closed, by whichever side. */
  readonly onDisconnected?: (code: number, reason: string) => void;
}

export const defaultWebSocketTransportOptions = {
  ...defaultLivenessOptions,
  ...defaultPacerOptions,
  audioInSampleRateHz: undefined,
  audioOutSampleRateHz: undefined,
  chunkMs: 40,
  maxBufferedAudioBytes: 64 * 1024,
  maxBufferedBytes: 4 * 1024 * 1024,
  writeTimeoutMs: 10_000,
  maxInputLeadMs: 30_000,
  maxUndecodableInARow: 50,
} as const satisfies WebSocketTransportOptions;

const minOutRateHz = 8000;
const maxOutRateHz = 48_000;

/**
 * The output rate that a client asks for in its address: `?out_rate=16000`, or `sample_rate`. Anything that is not a
 * whole number from 8000 to 48000 is as if it were not there.
 */
export const outputRateFromQuery = (query: Readonly<Record<string, string>>): number | undefined => {
  const asked = query['out_rate'] ?? query['sample_rate'];
  if (asked === undefined || !/^\d{4,5}$/.test(asked)) return undefined;
  const rate = Number(asked);
  return rate >= minOutRateHz && rate <= maxOutRateHz ? rate : undefined;
};
