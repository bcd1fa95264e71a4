import { TypedEvents, type EventHandler } from '../../pipeline/typed-events.js';
import type { FrameSerializer } from '../serializers/frame-serializer.js';
import { ProtobufFrameSerializer } from '../serializers/protobuf-frame-serializer.js';
import { defaultWebSocketTransportOptions, type WebSocketTransportOptions } from './transport-options.js';
import type { TransportSocket } from './transport-socket.js';
import { WebSocketInputTransport } from './websocket-input-transport.js';
import { WebSocketOutputTransport } from './websocket-output-transport.js';

/** What can be listened to at a transport. */
export interface TransportEvents {
  /** The pipeline has started and the client is listened to. Told once. */
  readonly clientConnected: undefined;
  /** The socket is closed, by whichever side. Told once, and only after `clientConnected`. */
  readonly clientDisconnected: { readonly code: number; readonly reason: string };
}

/**
 * One WebSocket client as both ends of a pipeline: `[transport.input(), …, transport.output()]`.
 *
 * It reads from the socket once the pipeline has started. It never closes a healthy socket: that is for whoever
 * opened it, after the pipeline has ended. A pipeline is for one socket; build another for the next.
 */
export class WebSocketTransport {
  readonly #input: WebSocketInputTransport;
  readonly #output: WebSocketOutputTransport;
  readonly #events = new TypedEvents<TransportEvents>((error) => this.#input.pushError(error));

  constructor(
    socket: TransportSocket,
    options: Partial<WebSocketTransportOptions> = {},
    serializer: FrameSerializer = new ProtobufFrameSerializer(),
  ) {
    const resolved: WebSocketTransportOptions = {
      ...defaultWebSocketTransportOptions,
      ...options,
      onConnected: () => {
        options.onConnected?.();
        this.#events.emit('clientConnected', undefined);
      },
    };
    this.#output = new WebSocketOutputTransport(socket, serializer, resolved);
    this.#input = new WebSocketInputTransport(socket, serializer, resolved, (code, reason) => {
      this.#output.setGone();
      resolved.onDisconnected?.(code, reason);
      this.#events.emit('clientDisconnected', { code, reason });
    });
  }

  /** The first processor of the pipeline. */
  input(): WebSocketInputTransport {
    return this.#input;
  }

  /** The processor that speaks; only the assistant's aggregator and recorders come after it. */
  output(): WebSocketOutputTransport {
    return this.#output;
  }

  /** Listens to an event. @returns a function that ends it */
  on<K extends keyof TransportEvents>(event: K, handler: EventHandler<TransportEvents[K]>): () => void {
    return this.#events.on(event, handler);
  }
}
