import type { Clock } from '../../pipeline/index.js';
import type { TransportSocket } from '../../transport/websocket/transport-socket.js';
import { audioHeaderBytes, type ServerMessage } from './messages.js';
import type { BridgeLimits } from './limits.js';

/** Between two looks whether a slow client has taken something. */
const lookMs = 10;

const closePolicy = 1008;

/** Sends, and keeps what is unsent bounded: pieces wait for a slow client, and a client that stalls is closed. */
export class Outbox {
  readonly #socket: TransportSocket;
  readonly #clock: Clock;
  readonly #limits: BridgeLimits;

  constructor(socket: TransportSocket, clock: Clock, limits: BridgeLimits) {
    this.#socket = socket;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Sends at once. */
  send(message: ServerMessage): void {
    this.#give(JSON.stringify(message));
  }

  /** Sends audio of a request, in messages of a size that any client takes, each when there is room. */
  async sendAudio(id: number, pcm16: Uint8Array, signal: AbortSignal): Promise<void> {
    const size = this.#limits.audioMessageBytes;
    for (let from = 0; from < pcm16.length; from += size) {
      const part = pcm16.subarray(from, from + size);
      const message = Buffer.allocUnsafe(audioHeaderBytes + part.length);
      message.writeUInt32LE(id, 0);
      message.set(part, audioHeaderBytes);
      await this.room(signal);
      this.#give(message);
    }
  }

  /** Resolves when the client has taken enough for the next piece. Rejects with the signal's reason. */
  async room(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let least = this.#socket.bufferedAmount;
    let untilMs = this.#clock.nowMs() + this.#limits.stallMs;
    while (this.#socket.isOpen && this.#socket.bufferedAmount > this.#limits.highWaterBytes) {
      if (this.#socket.bufferedAmount < least) {
        least = this.#socket.bufferedAmount;
        untilMs = this.#clock.nowMs() + this.#limits.stallMs;
      }
      if (this.#clock.nowMs() >= untilMs) this.#stalled();
      await this.#clock.sleep(lookMs, signal);
    }
  }

  #give(message: Uint8Array | string): void {
    if (this.#socket.bufferedAmount > this.#limits.maxUnsentBytes) this.#stalled();
    else this.#socket.send(message);
  }

  #stalled(): void {
    this.#socket.close(closePolicy, 'SLOWCAT_CLIENT_STALLED');
  }
}
