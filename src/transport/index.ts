/** WebSocket clients as both ends of a pipeline, the wire format they speak, and the pacing of what they hear. */
export type { Deserialized, FrameSerializer } from './serializers/frame-serializer.js';
export { PcmFrameSerializer } from './serializers/pcm-frame-serializer.js';
export { ProtobufFrameSerializer } from './serializers/protobuf-frame-serializer.js';
export type { RtviAudioType } from './serializers/rtvi-audio.js';
export { RtviJsonFrameSerializer, type RtviJsonOptions } from './serializers/rtvi-json-frame-serializer.js';
export { TwilioFrameSerializer, twilioSampleRateHz } from './serializers/twilio-frame-serializer.js';
export {
  wireFormatFromQuery,
  wireFormatNames,
  type WireFormat,
  type WireFormatName,
} from './serializers/wire-format.js';
export { maxWireSampleRateHz, minWireSampleRateHz } from './serializers/wire-audio.js';
export { Chunker } from './playout/chunker.js';
export { dtmfTone } from './playout/dtmf-tone.js';
export { defaultPacerOptions, Pacer, type PacerOptions, type PlayoutMark } from './playout/pacer.js';
export { defaultLivenessOptions, type LivenessOptions } from './websocket/liveness.js';
export {
  defaultWebSocketTransportOptions,
  outputRateFromQuery,
  type WebSocketTransportOptions,
} from './websocket/transport-options.js';
export type { SocketListener, TransportSocket } from './websocket/transport-socket.js';
export { WebSocketInputTransport } from './websocket/websocket-input-transport.js';
export { WebSocketOutputTransport } from './websocket/websocket-output-transport.js';
export { WebSocketTransport, type TransportEvents } from './websocket/websocket-transport.js';
export { WsSocket } from './websocket/ws-socket.js';
