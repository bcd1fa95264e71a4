/** What tests do with Pipecat's JavaScript client, in Node and in browsers alike. */

/** The client's callbacks and the RTVI message that each stands for. */
const messages = {
  onBotReady: 'bot-ready',
  onUserStartedSpeaking: 'user-started-speaking',
  onUserStoppedSpeaking: 'user-stopped-speaking',
  onUserTranscript: 'user-transcription',
  onUserLlmText: 'user-llm-text',
  onBotLlmStarted: 'bot-llm-started',
  onBotLlmText: 'bot-llm-text',
  onBotLlmStopped: 'bot-llm-stopped',
  onBotTranscript: 'bot-transcription',
  onBotOutput: 'bot-output',
  onBotTtsStarted: 'bot-tts-started',
  onBotTtsText: 'bot-tts-text',
  onBotTtsStopped: 'bot-tts-stopped',
  onBotStartedSpeaking: 'bot-started-speaking',
  onBotStoppedSpeaking: 'bot-stopped-speaking',
  onLLMFunctionCallStarted: 'llm-function-call-started',
  onLLMFunctionCallInProgress: 'llm-function-call-in-progress',
  onLLMFunctionCallStopped: 'llm-function-call-stopped',
  onMetrics: 'metrics',
  onServerMessage: 'server-message',
  onMessageError: 'error-response',
  onError: 'error',
  onConnected: 'connected',
  onDisconnected: 'disconnected',
  onTransportStateChanged: 'state',
};

/**
 * A client of the packages, as a browser's page makes it.
 *
 * @param {any} packages exports of `@pipecat-ai/client-js` and `@pipecat-ai/websocket-transport`
 * @param {any} mediaManager its sound card
 * @param {(event: string, data: unknown) => void} tell what the client is told
 */
export function clientOf({ PipecatClient, LogLevel, WebSocketTransport }, mediaManager, tell) {
  const client = new PipecatClient({
    transport: transportWith(WebSocketTransport, mediaManager),
    enableMic: true,
    enableCam: false,
    callbacks: Object.fromEntries(
      Object.entries(messages).map(([callback, event]) => [
        callback,
        (/** @type {any} */ data) => tell(event, data?.label === 'rtvi-ai' ? data.data : data),
      ]),
    ),
  });
  client.setLogLevel(LogLevel.NONE);
  return client;
}

/**
 * The transport with that sound card. It is an option from 1.2 on; 1.0 builds its own around Daily's call object, and
 * gets this one afterwards.
 *
 * @param {any} WebSocketTransport
 * @param {any} mediaManager
 */
function transportWith(WebSocketTransport, mediaManager) {
  const transport = new WebSocketTransport({ mediaManager });
  if (transport._mediaManager !== mediaManager) {
    transport._mediaManager = mediaManager;
    mediaManager.setUserAudioCallback(transport.handleUserAudioStream.bind(transport));
  }
  return transport;
}

/** Commands that need no sound card. @type {Record<string, (args: any, client: any) => unknown>} */
export const commands = {
  connect: ({ url }, client) => client.connect({ [client.sendText ? 'wsUrl' : 'ws_url']: url }),
  start: ({ endpoint }, client) =>
    client.startBotAndConnect ? client.startBotAndConnect({ endpoint }) : client.connect({ endpoint }),
  disconnect: (_, client) => client.disconnect(),
  type: ({ text }, client) => {
    if (client.sendText) return client.sendText(text);
    return client.appendToContext({ role: 'user', content: text, run_immediately: true });
  },
  append: ({ text }, client) => client.appendToContext({ role: 'user', content: text }),
  request: ({ kind, data }, client) =>
    client.sendClientRequest(kind, data).then(
      (/** @type {unknown} */ answer) => ({ answer }),
      (/** @type {any} */ error) => ({ refused: error.data?.error ?? error.error ?? String(error) }),
    ),
  registerFunction: ({ name, result }, client) =>
    client.registerFunctionCallHandler(name, (/** @type {any} */ call) =>
      Promise.resolve({ ...result, heard: call.arguments }),
    ),
  disconnectBot: (_, client) => client.disconnectBot(),
  version: (_, client) => client.version,
};

/**
 * Length and pitch of what was heard; the pitch from upward zero crossings between the first and the last.
 *
 * @param {{ atMs: number, samples: Int16Array | Float32Array }[]} pieces at 24 kHz
 */
export function summary(pieces) {
  const sampleRateHz = 24_000;
  let at = 0;
  let before = 0;
  /** @type {number[]} */
  const crossings = [];
  for (const { samples } of pieces)
    for (const sample of samples) {
      if (before < 0 && sample >= 0) crossings.push(at);
      before = sample;
      at += 1;
    }
  const spanS = ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0)) / sampleRateHz;
  return {
    seconds: at / sampleRateHz,
    hz: spanS > 0 ? (crossings.length - 1) / spanS : 0,
    lastMs: pieces.at(-1)?.atMs ?? 0,
  };
}
