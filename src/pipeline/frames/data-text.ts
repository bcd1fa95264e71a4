import { DataFrame } from './base.js';

/** How much text a frame holds. Applications may have types of their own, such as `code`. */
export type TextType = 'backchannel' | 'sentence' | 'token' | 'word' | (string & {});

/** What all text frames have in common; `instanceof` finds every kind. */
export abstract class TextDataFrame extends DataFrame {
  /** True when the text shall not be spoken; null when nobody has said so. */
  skipTts: boolean | null = null;
  /** True when the text brings its own spaces, so that pieces are joined as they are. */
  includesInterFrameSpaces = false;
  appendToContext = true;
  constructor(readonly text: string) {
    super();
  }
}

/** A piece of text. */
export class TextFrame extends TextDataFrame {
  readonly type = 'TextFrame';
}

/** A piece of a model's answer, spaces included. */
export class LLMTextFrame extends TextDataFrame {
  readonly type = 'LLMTextFrame';
  override includesInterFrameSpaces = true;
}

/** A piece of a vision model's answer, spaces included. */
export class VisionTextFrame extends TextDataFrame {
  readonly type = 'VisionTextFrame';
  override includesInterFrameSpaces = true;
}

export interface AggregatedTextOptions {
  readonly contextId?: string | null;
  /** The text before filters and transforms. */
  readonly rawText?: string | null;
  readonly willBeSpoken?: boolean;
}

/** A whole unit of text (a sentence, a word …) made of smaller pieces. */
export class AggregatedTextFrame extends TextDataFrame {
  readonly type = 'AggregatedTextFrame';
  readonly contextId: string | null;
  readonly rawText: string | null;
  willBeSpoken: boolean;
  constructor(
    text: string,
    readonly textType: TextType,
    options: AggregatedTextOptions = {},
  ) {
    super(text);
    this.contextId = options.contextId ?? null;
    this.rawText = options.rawText ?? null;
    this.willBeSpoken = options.willBeSpoken ?? false;
  }
}

export interface TTSTextOptions extends AggregatedTextOptions {
  /** Which segment of the answer the text belongs to. */
  readonly segmentId?: number | null;
}

/** Text that has been spoken: it follows its own audio. */
export class TTSTextFrame extends TextDataFrame {
  readonly type = 'TTSTextFrame';
  readonly contextId: string | null;
  readonly rawText: string | null;
  readonly segmentId: number | null;
  willBeSpoken: boolean;
  constructor(
    text: string,
    readonly textType: TextType,
    options: TTSTextOptions = {},
  ) {
    super(text);
    this.contextId = options.contextId ?? null;
    this.rawText = options.rawText ?? null;
    this.segmentId = options.segmentId ?? null;
    this.willBeSpoken = options.willBeSpoken ?? false;
  }
}

/** How far the speaking of one segment has come. */
export class AggregatedTextProgressFrame extends DataFrame {
  readonly type = 'AggregatedTextProgressFrame';
  constructor(
    readonly segmentId: number,
    readonly contextId: string | null,
    readonly text: string,
    readonly textType: TextType,
    readonly accumulatedText: string,
    readonly remainingText: string,
  ) {
    super();
  }
}

export interface TranscriptionOptions {
  readonly language?: string | null;
  /** What the service returned, for those who know the service. */
  readonly result?: unknown;
}

/** What all transcripts have in common; `instanceof` finds every kind. */
export abstract class TranscriptFrame extends TextDataFrame {
  readonly language: string | null;
  readonly result: unknown;
  constructor(
    text: string,
    readonly userId: string,
    /** ISO 8601. */
    readonly timestamp: string,
    options: TranscriptionOptions = {},
  ) {
    super(text);
    this.language = options.language ?? null;
    this.result = options.result;
  }
}

/** What the user said. */
export class TranscriptionFrame extends TranscriptFrame {
  readonly type = 'TranscriptionFrame';
  /** True when the service promises that nothing more comes for this utterance. */
  readonly finalized: boolean;
  constructor(
    text: string,
    userId: string,
    timestamp: string,
    options: TranscriptionOptions & { readonly finalized?: boolean } = {},
  ) {
    super(text, userId, timestamp, options);
    this.finalized = options.finalized ?? false;
  }
}

/** What the user may have said so far. */
export class InterimTranscriptionFrame extends TranscriptFrame {
  readonly type = 'InterimTranscriptionFrame';
}

/** What the user said if the turn ends here, as a service predicts. */
export class EagerTranscriptionFrame extends TranscriptFrame {
  readonly type = 'EagerTranscriptionFrame';
}

/** What the user said, in another language. */
export class TranslationFrame extends TranscriptFrame {
  readonly type = 'TranslationFrame';
}

/** A short acknowledgement by the user ("mm-hmm") that takes no turn. */
export class UserBackchannelFrame extends DataFrame {
  readonly type = 'UserBackchannelFrame';
  constructor(
    readonly text: string,
    readonly userId: string,
    readonly timestamp: string,
  ) {
    super();
  }
}

/** Text for the bot to say. */
export class TTSSpeakFrame extends DataFrame {
  readonly type = 'TTSSpeakFrame';
  constructor(
    readonly text: string,
    readonly appendToContext = true,
    readonly textType: TextType = 'sentence',
  ) {
    super();
  }
}

/** A short acknowledgement for the bot to say while the user talks. */
export class BotBackchannelFrame extends DataFrame {
  readonly type = 'BotBackchannelFrame';
  override interruptible = false;
  readonly appendToContext = false;
  readonly textType = 'backchannel';
  constructor(readonly text: string) {
    super();
  }
}
