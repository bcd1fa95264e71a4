import type { RawData, WebSocket } from 'ws';

import type { SocketListener, TransportSocket } from './transport-socket.js';

const open = 1;

/** RFC 6455: a close reason has at most 123 bytes. */
const maxReasonBytes = 123;

const toBytes = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
};

const clipReason = (reason: string): string => {
  let clipped = reason;
  while (Buffer.byteLength(clipped) > maxReasonBytes) clipped = clipped.slice(0, -1);
  return clipped;
};

/**
 * A {@link TransportSocket} over a socket of `ws`. It keeps an `error` listener for the whole life of the socket:
 * `ws` follows each error with `close`, which is all that a transport needs to know.
 */
export class WsSocket implements TransportSocket {
  readonly #ws: WebSocket;
  #listener: SocketListener | undefined;
  #early: (Uint8Array | string)[] = [];
  #wantsMore: ((message: Uint8Array | string) => boolean) | undefined;
  #closed: { code: number; reason: string } | undefined;
  /** Code of the last error, such as `WS_ERR_UNSUPPORTED_MESSAGE_LENGTH`; for logs. */
  lastErrorCode: string | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('error', (error: Error & { code?: string }) => {
      this.lastErrorCode = error.code ?? error.name;
    });
    ws.on('message', (data: RawData, isBinary: boolean) => {
      // What a peer still sends after we closed is of no use, and must not pile up.
      if (!this.isOpen) return;
      const bytes = toBytes(data);
      const message = isBinary ? bytes : Buffer.from(bytes).toString('utf8');
      if (this.#listener) this.#listener.onMessage(message);
      else this.#keep(message);
    });
    ws.on('pong', () => this.#listener?.onPong());
    ws.on('close', (code: number, reason: Buffer) => {
      this.#closed = { code, reason: reason.toString('utf8') };
      this.#listener?.onClose(code, this.#closed.reason);
    });
    // Until somebody listens, TCP holds back whatever has not been read yet.
    if (ws.readyState === open) ws.pause();
  }

  get isOpen(): boolean {
    return this.#ws.readyState === open;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  /**
   * Shows messages before anybody listens, until `wantsMore` says false of one; whoever listens then gets them all
   * again. At most one may look, and only before {@link listen}.
   */
  peek(wantsMore: (message: Uint8Array | string) => boolean): void {
    this.#wantsMore = wantsMore;
    this.resume();
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    this.#wantsMore = undefined;
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener.onMessage(message);
    if (this.#closed) listener.onClose(this.#closed.code, this.#closed.reason);
    else this.resume();
  }

  send(data: Uint8Array | string): void {
    // The callback takes the error of a socket that closes while it sends; `close` follows.
    if (this.isOpen) this.#ws.send(data, () => undefined);
  }

  ping(): void {
    if (this.isOpen) this.#ws.ping(undefined, undefined, () => undefined);
  }

  pause(): void {
    if (this.isOpen) this.#ws.pause();
  }

  resume(): void {
    if (this.#ws.isPaused) this.#ws.resume();
  }

  close(code: number, reason: string): void {
    // A paused socket would never see the answer to its close frame.
    this.resume();
    this.#ws.close(code, clipReason(reason));
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #keep(message: Uint8Array | string): void {
    this.#early.push(message);
    if (this.#wantsMore === undefined || this.#wantsMore(message)) return;
    this.#wantsMore = undefined;
    // Whoever looked may have begun to listen.
    if (this.#listener === undefined) this.pause();
  }
}
