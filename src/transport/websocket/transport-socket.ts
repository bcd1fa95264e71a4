/** What a transport is told by its socket. Nothing is called after `onClose`. */
export interface SocketListener {
  /** One whole message: bytes for a binary one, a string for a text one. */
  onMessage(data: Uint8Array | string): void;
  /** The peer answered a ping. */
  onPong(): void;
  /** The socket is closed, by whichever side. Called once. */
  onClose(code: number, reason: string): void;
}

/**
 * The part of a WebSocket that a transport needs, so that the same transport runs over `ws`, and in virtual time
 * over a pair of fakes. No method throws: a socket that fails closes.
 */
export interface TransportSocket {
  readonly isOpen: boolean;
  /** Bytes accepted by `send` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Sets the one listener. Messages that came before are held and given to it first. */
  listen(listener: SocketListener): void;
  send(data: Uint8Array | string): void;
  ping(): void;
  /** Stops reading, so that the sender is held back by TCP. */
  pause(): void;
  resume(): void;
  /** Closes with a handshake; a peer that does not answer is cut off. Idempotent. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once. Idempotent. */
  terminate(): void;
}
