import {
  AggregatedTextFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  FunctionCallCancelFrame,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  InterruptionFrame,
  LLMAssistantPushAggregationFrame,
  LLMContextAssistantTurnFrame,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  TTSTextFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  heardOf,
  type Frame,
  type FrameDirection,
  type Heard,
  type LLMContext,
} from '../../pipeline/index.js';
import { CallLedger } from '../tools/call-ledger.js';

export interface LLMAssistantAggregatorOptions {
  /** The conversation, shared with the user aggregator. */
  readonly context: LLMContext;
  /**
   * Told of every turn that is written, also of the last one of a session that is cut, when no frame travels any more.
   * `interrupted` when the turn was cut short.
   */
  readonly onTurn?: (text: string, interrupted: boolean) => void;
  /**
   * Stands in the context behind the last word that was heard of an answer that was cut short, and tells the model so.
   * A dash is how written language shows it, and harmless in an answer that imitates it. Empty: none, as in Pipecat.
   *
   * @defaultValue '—'
   */
  readonly interruptionMark?: string;
}

export const defaultInterruptionMark = '—';

/** A piece of what was said. */
interface Said {
  readonly frameId: number | null;
  readonly text: string;
}

/**
 * Writes what the bot said and what the model has called to the context, and asks the model to go on with the results
 * of its calls: not while the bot speaks, and not while the user speaks, whose turn will ask anyway.
 *
 * It sits behind the output transport, where text arrives after the audio that speaks it, and therefore knows what
 * went out, not what was merely generated. An interruption commits what was said until then, to the word where the
 * transport knows: its note on the frame ({@link heardOf}) takes back words that were not heard and adds those of a
 * clause that was cut. The LLMContextAssistantTurnFrame of such a turn says in its metadata how that is known: `heard`
 * is `acknowledged` or `estimated`.
 */
export class LLMAssistantAggregator extends FrameProcessor {
  readonly #context: LLMContext;
  readonly #onTurn: LLMAssistantAggregatorOptions['onTurn'];
  readonly #calls: CallLedger;
  readonly #mark: string;
  #said: Said[] = [];
  #written = '';
  /** True when there are results that the model has not been asked to go on with. */
  #owesRun = false;
  #botSpeaks = false;
  #userSpeaks = false;

  constructor(options: LLMAssistantAggregatorOptions) {
    super();
    this.#context = options.context;
    this.#calls = new CallLedger(options.context);
    this.#onTurn = options.onTurn;
    this.#mark = options.interruptionMark ?? defaultInterruptionMark;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    // Text that is not spoken was said when it passed here; what is spoken comes again, behind its audio.
    const isSaid = frame instanceof TTSTextFrame || (frame instanceof AggregatedTextFrame && frame.skipTts);
    if (isSaid && direction === 'downstream') {
      if (frame.appendToContext) this.#said.push({ frameId: frame.id, text: frame.text.trim() });
      this.pushFrame(frame, direction);
      return;
    }
    // Where nobody speaks, as in a silent branch, the model's own text comes here, piece by piece.
    if (frame instanceof LLMTextFrame && direction === 'downstream') this.#written += frame.text;
    if (direction === 'downstream') this.#follow(frame);
    const ends =
      frame instanceof LLMFullResponseEndFrame ||
      frame instanceof LLMFullResponseStartFrame ||
      frame instanceof LLMAssistantPushAggregationFrame ||
      frame instanceof InterruptionFrame ||
      frame instanceof EndFrame ||
      frame instanceof CancelFrame;
    const cut = frame instanceof InterruptionFrame || frame instanceof CancelFrame;
    if (ends && direction === 'downstream') this.#commit(cut, cut ? heardOf(frame) : undefined);
    this.pushFrame(frame, direction);
    if (this.#owesRun) this.#maybeRun();
  }

  /** Keeps track of calls and of who speaks. */
  #follow(frame: Frame): void {
    if (frame instanceof FunctionCallsStartedFrame) this.#calls.started(frame.functionCalls);
    else if (frame instanceof FunctionCallInProgressFrame) {
      // What was said before the call stands before it.
      this.#commit(false);
      this.#calls.inProgress(frame);
    } else if (frame instanceof FunctionCallResultFrame) {
      if (this.#calls.result(frame)) this.#owesRun = true;
      this.#tellContextUpdated(frame);
    } else if (frame instanceof FunctionCallCancelFrame) {
      if (this.#calls.cancelled(frame)) this.#owesRun = true;
    } else if (frame instanceof BotStartedSpeakingFrame) this.#botSpeaks = true;
    else if (frame instanceof BotStoppedSpeakingFrame) this.#botSpeaks = false;
    else if (frame instanceof UserStartedSpeakingFrame) this.#userSpeaks = true;
    else if (frame instanceof UserStoppedSpeakingFrame) {
      this.#userSpeaks = false;
      // A turn with words has asked the model, and the results stand before it.
      if (this.#context.messages.at(-1)?.role === 'user') this.#owesRun = false;
    } else if (frame instanceof InterruptionFrame) {
      this.#botSpeaks = false;
      this.#owesRun = false;
    }
  }

  #maybeRun(): void {
    if (this.#botSpeaks || this.#userSpeaks) return;
    this.#owesRun = false;
    this.pushFrame(new LLMContextFrame(this.#context), 'upstream');
  }

  #tellContextUpdated({ options }: FunctionCallResultFrame): void {
    const tell = options.properties?.onContextUpdated;
    if (tell === undefined) return;
    void (async () => tell())().catch((error: unknown) => this.pushError(error, { category: 'application' }));
  }

  #commit(interrupted: boolean, heard?: Heard): void {
    if (heard !== undefined) this.#cutTo(heard);
    const text = [...this.#said.map((piece) => piece.text), this.#written.trim()].filter(Boolean).join(' ');
    this.#said = [];
    this.#written = '';
    if (text === '') return;
    this.#context.add({ role: 'assistant', content: heard === undefined ? text : this.#marked(text) });
    this.#onTurn?.(text, interrupted);
    const timestamp = new Date().toISOString();
    this.broadcastFrame(() => {
      const turn = new LLMContextAssistantTurnFrame(text, timestamp);
      if (heard !== undefined) turn.metadata['heard'] = heard.by;
      return turn;
    });
  }

  #cutTo({ clauses }: Heard): void {
    for (const { frameId, text, passedOn, appendToContext } of clauses) {
      if (!appendToContext) continue;
      const at = passedOn ? this.#said.findIndex((piece) => piece.frameId === frameId) : -1;
      // What was passed on and is not here was written before, and stays.
      if (at >= 0) this.#said[at] = { frameId, text };
      else if (!passedOn) this.#said.push({ frameId, text });
    }
  }

  #marked(text: string): string {
    if (this.#mark === '') return text;
    return /[\p{L}\p{N}]$/u.test(text) ? `${text}${this.#mark}` : `${text} ${this.#mark}`;
  }
}
