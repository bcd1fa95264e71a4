import {
  EndWorkerFrame,
  FrameProcessor,
  FunctionCallResultFrame,
  InputDTMFFrame,
  InputTransportMessageFrame,
  InputTransportStartAudioStreamingFrame,
  LLMConfigureOutputFrame,
  LLMMessagesAppendFrame,
  OutputTransportMessageUrgentFrame,
  PlayedUpToFrame,
  UserFileRawFrame,
  UserImageRawFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { configureOutput, evalFrames } from './eval-messages.js';
import { errorMessage, errorResponse, rtviMessage, type RtviMessage } from './messages.js';
import { playedMsOf, playedUpTo } from './played-up-to.js';
import { parseRtviRequest, type AnswerOptions, type RtviFile, type RtviRequest } from './requests.js';
import {
  RTVIClientMessageFrame,
  RTVISendTextFrame,
  RTVIUICancelJobGroupFrame,
  RTVIUIEventFrame,
  RTVIUISnapshotFrame,
} from './rtvi-frames.js';
import { isLegacy, negotiateVersion, unknownVersion, type RtviVersion } from './version.js';

/** What a bot does in a session, for clients that show only what applies; what is left out is unknown. */
export interface BotCapabilities {
  readonly audio_in?: boolean;
  readonly audio_out?: boolean;
  readonly video_in?: boolean;
  readonly screen_in?: boolean;
  readonly video_out?: boolean;
  readonly metrics?: boolean;
}

/** A client that has said hello. */
export interface RtviClient {
  readonly version: RtviVersion;
  /** What it says of itself: library, platform; not checked. */
  readonly about: unknown;
}

/** Answers one kind of client message; what it throws becomes an `error-response`. */
export type RtviAnswer = (data: unknown) => unknown;

export interface RTVIProcessorOptions {
  /** Names this server in `bot-ready`. */
  readonly about?: { readonly library: string; readonly library_version?: string };
  /** @defaultValue audio both ways and metrics, no video */
  readonly capabilities?: BotCapabilities;
  /**
   * Waits until all that is under way in the pipeline has come to rest. An interrupted answer is then in the context
   * before the text that interrupts it. Give the task's `flush`.
   *
   * @defaultValue does not wait
   */
  readonly flush?: () => Promise<unknown>;
  /** Told when a client is ready, each time it says so. */
  readonly onClientReady?: (client: RtviClient) => void;
  /** Answers to client messages, by their `t`. @defaultValue none */
  readonly answers?: Readonly<Record<string, RtviAnswer>>;
  /**
   * Whether processors of the application take client messages that {@link answers} does not know, as
   * RTVIClientMessageFrame. Otherwise they are refused, so that the client need not wait for its timeout.
   *
   * @defaultValue false
   */
  readonly takesClientMessages?: boolean;
  /** Whether processors of the application take files and images; otherwise they are refused. @defaultValue false */
  readonly takesFiles?: boolean;
  /**
   * Whether Pipecat's test harness may set what the client is told, the context and the end of the session; for tests
   * only, because it lets a client see what function calls are made of. @defaultValue false
   */
  readonly evals?: boolean;
}

const defaultCapabilities: BotCapabilities = {
  audio_in: true,
  audio_out: true,
  video_in: false,
  screen_in: false,
  video_out: false,
  metrics: true,
};

/**
 * Serves the RTVI requests of a client (Pipecat's client protocol), one after the other, in order. What the bot does
 * is reported by the RTVIObserver, through {@link send}.
 *
 * Requests are served whether or not the client has said `client-ready`, and each as often as it comes: an id only
 * tells the client which answer belongs to which request.
 */
export class RTVIProcessor extends FrameProcessor {
  readonly #options: RTVIProcessorOptions;
  #clientVersion: RtviVersion = unknownVersion;
  /** Whether answers are spoken, as the model was told last. */
  #skipsTts = false;
  /** Requests that wait, while one before them waits for the pipeline; undefined when none does. */
  #waiting: RtviRequest[] | undefined;

  constructor(options: RTVIProcessorOptions = {}) {
    super();
    this.#options = options;
  }

  /** What the client speaks; 0.0.0 until it has said so. */
  get clientVersion(): RtviVersion {
    return this.#clientVersion;
  }

  /** Sends a message to the client, ahead of queued audio. */
  send(message: RtviMessage): void {
    this.pushFrame(new OutputTransportMessageUrgentFrame(message));
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof LLMConfigureOutputFrame && direction === 'downstream')
      this.#skipsTts = frame.skipTts;
    const request =
      frame instanceof InputTransportMessageFrame && direction === 'downstream'
        ? parseRtviRequest(frame.message)
        : null;
    if (request === null) this.pushFrame(frame, direction);
    else if (request === 'invalid') {
      this.send(errorMessage('Invalid RTVI transport message: label, type and id are wanted.'));
    } else if (this.#waiting) this.#waiting.push(request);
    else this.#begin(request);
  }

  override cleanup(): void {
    this.#waiting = undefined;
  }

  /** Serves at once what needs no waiting; else this request, and then those that came meanwhile. */
  #begin(request: RtviRequest): void {
    const done = this.#serve(request);
    if (done === undefined) return;
    const waiting: RtviRequest[] = [];
    this.#waiting = waiting;
    void this.#serveRest(done, request, waiting);
  }

  async #serveRest(first: Promise<void>, request: RtviRequest, waiting: RtviRequest[]): Promise<void> {
    let current = request;
    let done: Promise<void> | void = first;
    for (;;) {
      try {
        await done;
      } catch (error) {
        this.pushError(error);
        this.#refuse(current.id, 'The request failed.');
      }
      if (this.#waiting !== waiting) return;
      const next = waiting.shift();
      if (next === undefined) break;
      current = next;
      done = this.#serve(next);
    }
    this.#waiting = undefined;
  }

  #serve(request: RtviRequest): Promise<void> | void {
    switch (request.type) {
      case 'client-ready':
        this.#greet(request.id, request.version, request.about);
        return;
      case 'disconnect-bot':
        this.pushFrame(new EndWorkerFrame());
        return;
      case 'send-text':
        return this.#takeText(request);
      case 'send-file':
        this.#takeFile(request);
        return;
      case 'append-to-context':
        return this.#append(request);
      case 'client-message':
        this.#takeClientMessage(request.id, request.t, request.d);
        return;
      case 'dtmf':
        for (const button of request.buttons) this.pushFrame(new InputDTMFFrame(button));
        return;
      case 'llm-function-call-result': {
        const { functionName, toolCallId, args, result } = request;
        this.pushFrame(new FunctionCallResultFrame(functionName, toolCallId, args, result));
        return;
      }
      case 'ui-event':
        this.pushFrame(new RTVIUIEventFrame(request.id, request.event, request.payload));
        return;
      case 'ui-snapshot':
        this.pushFrame(new RTVIUISnapshotFrame(request.id, request.tree));
        return;
      case 'ui-cancel-job-group':
        this.pushFrame(new RTVIUICancelJobGroupFrame(request.id, request.jobId, request.reason));
        return;
      case 'not-for-servers':
        return;
      case 'refused':
        this.#refuse(request.id, request.reason);
        return;
    }
  }

  #greet(id: string, asked: string | null, about: unknown): void {
    const { client, announced, warning } = negotiateVersion(asked);
    this.#clientVersion = client;
    if (warning !== null) this.#refuse(id, warning);
    this.pushFrame(new InputTransportStartAudioStreamingFrame());
    const capabilities = this.#options.capabilities ?? defaultCapabilities;
    this.send(rtviMessage('bot-ready', { version: announced, about: this.#options.about, capabilities }, id));
    this.#options.onClientReady?.({ version: client, about });
  }

  async #takeText(request: RtviRequest & { type: 'send-text' }): Promise<void> {
    const { id, content, runImmediately } = request;
    if (runImmediately) await this.#interrupt();
    this.#answering(request, () => {
      this.pushFrame(new LLMMessagesAppendFrame([{ role: 'user', content }], runImmediately));
      this.pushFrame(new RTVISendTextFrame(id, content, new Date().toISOString()));
    });
  }

  async #append(request: RtviRequest & { type: 'append-to-context' }): Promise<void> {
    const { id, type, role, content, runImmediately } = request;
    if (runImmediately) await this.#interrupt();
    this.pushFrame(new LLMMessagesAppendFrame([{ role, content }], runImmediately));
    // What client-js 1.0 waits for: an answer to any request, out of which it takes `result`.
    if (isLegacy(this.#clientVersion))
      this.send(rtviMessage('server-response', { t: type, d: null, result: true }, id));
  }

  #takeFile(request: RtviRequest & { type: 'send-file' }): void {
    if (this.#options.takesFiles !== true) {
      this.#refuse(request.id, 'This bot takes no files.');
      return;
    }
    if (request.runImmediately) this.broadcastInterruption();
    this.#answering(request, () => {
      this.pushFrame(fileFrame(request.file, request.content, request.runImmediately, request.customOptions));
    });
  }

  #takeClientMessage(id: string, t: string, d: unknown): void {
    const { answers, takesClientMessages, evals } = this.#options;
    const frames = evals === true ? evalFrames(t, d) : null;
    for (const frame of frames ?? []) {
      if (frame instanceof LLMConfigureOutputFrame) this.#skipsTts = frame.skipTts;
      this.pushFrame(frame);
    }
    if (frames !== null) return;
    if (t === playedUpTo) {
      const ms = playedMsOf(d);
      // Comes many times a second: an answer would be noise.
      if (ms === undefined) this.#refuse(id, 'Invalid message: played-up-to needs d.ms, milliseconds.');
      else this.pushFrame(new PlayedUpToFrame(ms));
      return;
    }
    const answer = answers && Object.hasOwn(answers, t) ? answers[t] : undefined;
    if (answer) void this.#answer(id, t, d, answer);
    else if (takesClientMessages === true) this.pushFrame(new RTVIClientMessageFrame(id, t, d));
    else this.#refuse(id, `No handler for client message ${t.slice(0, 60)}`);
  }

  /** Other requests do not wait for the application's answer. */
  async #answer(id: string, t: string, d: unknown, answer: RtviAnswer): Promise<void> {
    try {
      this.send(rtviMessage('server-response', { t, d: await answer(d) }, id));
    } catch (error) {
      this.#refuse(id, error instanceof Error ? error.message : 'The request failed.');
    }
  }

  async #interrupt(): Promise<void> {
    this.broadcastInterruption();
    await this.#options.flush?.();
  }

  /** Speaks the answer to what `push` pushes, or not, as asked, and goes back to what was before. */
  #answering({ audioResponse }: AnswerOptions, push: () => void): void {
    const before = this.#skipsTts;
    const changes = before === audioResponse;
    if (changes) this.pushFrame(configureOutput(!audioResponse));
    push();
    if (changes) this.pushFrame(configureOutput(before));
  }

  #refuse(id: string, error: string): void {
    this.send(errorResponse(id, error));
  }
}

function fileFrame(
  { format, name, source }: RtviFile,
  text: string,
  runLlm: boolean,
  customOptions: Readonly<Record<string, unknown>> | null,
): Frame {
  if (source.kind === 'url') {
    return new UserFileRawFrame(source.url, 'url', format, name, fileOptions(text, runLlm, customOptions));
  }
  if (!format.startsWith('image/')) {
    const options = fileOptions(text, runLlm, customOptions);
    return new UserFileRawFrame(source.base64, 'base64', format, name, options);
  }
  const size = [source.width, source.height] as const;
  const image = new Uint8Array(Buffer.from(source.base64, 'base64'));
  return new UserImageRawFrame(image, size, format, { text, appendToContext: true, runLlm });
}

function fileOptions(text: string, runLlm: boolean, customOptions: Readonly<Record<string, unknown>> | null) {
  return { text, appendToContext: true, runLlm, ...(customOptions === null ? {} : { customOptions }) };
}
