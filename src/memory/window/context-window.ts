import { clip, maxCharsPerToken, type CountTokens } from './clip.js';
import { digestLine, digestOf, type WindowMessage } from './digest.js';
import { HistoryLines } from './history-lines.js';
import type { WindowShares } from './shares.js';

export interface ContextWindowOptions {
  readonly shares: WindowShares;
  /** The model's own tokenizer. Called with what is new, never with the whole history. */
  readonly countTokens: CountTokens;
  /** What a chat template adds to a message; ChatML adds 5 tokens. @defaultValue 8 */
  readonly templateTokensPerMessage?: number;
}

/**
 * How a prompt came about: `fast` is as it was given, `compressed` has a digest in place of its older history,
 * `pruned` was over the hard limit even so and has lost more.
 */
export type WindowPath = 'fast' | 'compressed' | 'pruned';

export interface FittedPrompt {
  readonly messages: readonly WindowMessage[];
  readonly path: WindowPath;
  /** Of the whole prompt, what the chat template adds included; at most `shares.hardLimitTokens`. */
  readonly tokens: number;
  /** Tokens by section; they add up to `tokens`, but for what opens the answer. */
  readonly sections: {
    readonly system: number;
    readonly memory: number;
    readonly history: number;
    readonly current: number;
  };
  /** Messages of the history that are not shown as they are. */
  readonly folded: number;
}

/** What a chat template puts before the first message and before the answer. */
const openingTokens = 8;
/** Of the history's share: what stays verbatim when older turns are folded, when that is done, and the digest's most. */
const lowPart = 3 / 8;
const highPart = 3 / 4;
const digestPart = 1 / 4;

/**
 * Fits a conversation into a model's context window, turn after turn, at the same cost each turn.
 *
 * The shape of a prompt: system messages, the digest of older history, newer history, late system messages (the
 * recalled memory), the current turn. Older exchanges are folded into the digest in large steps, once the prompt has
 * `compressFromTokens`: between two steps a prompt begins as the one before, so that what the model has computed of it
 * is used again. What was folded stays folded. One window serves one conversation.
 */
export class ContextWindow {
  readonly #shares: WindowShares;
  readonly #countTokens: CountTokens;
  readonly #perMessage: number;
  readonly #history: HistoryLines<WindowMessage>;
  readonly #low: number;
  readonly #high: number;
  readonly #digestMost: number;
  #digest: string[] = [];
  #digestTokens = 0;
  /** The system messages of the last prompt, counted. */
  #head = new Map<string, number>();

  constructor({ shares, countTokens, templateTokensPerMessage = 8 }: ContextWindowOptions) {
    this.#shares = shares;
    this.#countTokens = countTokens;
    this.#perMessage = templateTokensPerMessage;
    this.#low = Math.floor(shares.historyTokens * lowPart);
    this.#high = Math.floor(shares.historyTokens * highPart);
    this.#digestMost = Math.floor(shares.historyTokens * digestPart);
    this.#history = new HistoryLines((message) => this.#cost(message.content), shares.compressFromTokens);
  }

  /** @param messages the whole conversation; the last one is the current turn */
  fit(messages: readonly WindowMessage[]): FittedPrompt {
    const { hardLimitTokens, compressFromTokens } = this.#shares;
    const last = messages.length - 1;
    const headEnd = countWhile(messages, 0, last, 1);
    const lateStart = last - countWhile(messages, last - 1, headEnd - 1, -1);
    const { isNew, older } = this.#history.sync(messages, headEnd, lateStart);
    if (isNew) this.#setDigest(digestLines(older));

    const system = this.#part(messages.slice(0, headEnd), 'start');
    const memory = this.#part(messages.slice(lateStart, last), 'lines');
    const current = this.#part(messages.slice(last), 'ends');
    const around = (): number => openingTokens + system.tokens + memory.tokens + current.tokens;
    const total = (): number => around() + this.#digestTokens + this.#history.tokens;

    if (total() >= compressFromTokens) this.#compress();
    const isOver = total() > hardLimitTokens;
    if (isOver) {
      // Shares bind only now: what one section leaves free, another may have.
      memory.shrink(this.#shares.memoryTokens);
      const history = Math.min(this.#low, this.#digestTokens + this.#history.tokens);
      const free = hardLimitTokens - openingTokens - system.tokens - memory.tokens - history;
      current.shrink(Math.max(this.#shares.currentTokens, free));
      this.#prune(Math.max(0, hardLimitTokens - around()));
      for (const part of [system, memory, current]) part.shrink(part.tokens - (total() - hardLimitTokens));
    }
    const isWhole = !isOver && this.#history.changed === 0;
    return {
      messages: isWhole
        ? messages
        : [
            ...system.messages,
            ...this.#digestMessage(),
            ...this.#history.lines.map(({ shown }) => shown),
            ...memory.messages,
            ...current.messages,
          ],
      path: isOver ? 'pruned' : isWhole ? 'fast' : 'compressed',
      tokens: total(),
      sections: {
        system: system.tokens,
        memory: memory.tokens,
        history: this.#digestTokens + this.#history.tokens,
        current: current.tokens,
      },
      folded: this.#history.changed,
    };
  }

  /** Folds older exchanges, if there are enough to make it worth what it costs the model to read the prompt anew. */
  #compress(): void {
    const isFirst = this.#history.gone === 0;
    if (this.#history.tokens > (isFirst ? this.#low : this.#high)) this.#fold(this.#low);
  }

  /** Makes the history fit into what is left for it, with some room, so that the next turns need not do it again. */
  #prune(leftTokens: number): void {
    if (this.#digestTokens + this.#history.tokens <= leftTokens) return;
    const target = Math.floor(leftTokens * highPart);
    if (this.#history.tokens > target) this.#fold(Math.min(this.#low, target));
    if (this.#digestTokens + this.#history.tokens > leftTokens)
      this.#trimDigest(target - this.#history.tokens);
    if (this.#history.tokens > leftTokens) this.#history.drop(this.#history.lines.length);
  }

  /** Folds from the oldest on, up to the beginning of an exchange, and keeps the last exchange in any case. */
  #fold(targetTokens: number): void {
    const lines = this.#history.lines;
    const most = Math.max(0, lines.length - 2);
    let count = 0;
    let left = this.#history.tokens;
    while (count < most && (left > targetTokens || lines[count]?.shown.role === 'assistant')) {
      left -= lines[count]?.tokens ?? 0;
      count++;
    }
    const folded = this.#history.drop(count).map(({ source }) => source);
    if (folded.length > 0) {
      this.#setDigest([...this.#digest, ...digestLines(folded)]);
      if (this.#digestTokens > this.#digestMost) this.#trimDigest(this.#digestMost / 2);
    }
    if (this.#history.tokens > targetTokens) this.#shorten(targetTokens / this.#history.lines.length);
  }

  /** Shortens each line at hand to a number of tokens. */
  #shorten(tokensEach: number): void {
    this.#history.lines.forEach(({ shown, tokens }, i) => {
      if (tokens <= tokensEach) return;
      const content = clip(shown.content, tokensEach - this.#perMessage, 'ends', this.#countTokens);
      this.#history.show(i, { role: shown.role, content });
    });
  }

  #trimDigest(mostTokens: number): void {
    let kept = this.#digest;
    const excess = this.#digestTokens - mostTokens;
    if (mostTokens <= 0) kept = [];
    else if (excess > 0) kept = kept.slice(Math.ceil((kept.length * excess) / this.#digestTokens));
    this.#setDigest(kept);
    if (kept.length > 0 && this.#digestTokens > mostTokens) this.#trimDigest(mostTokens);
  }

  #setDigest(lines: string[]): void {
    this.#digest = lines;
    this.#digestTokens = lines.length === 0 ? 0 : this.#cost(digestOf(lines));
  }

  #digestMessage(): WindowMessage[] {
    return this.#digest.length === 0 ? [] : [{ role: 'system', content: digestOf(this.#digest) }];
  }

  #part(messages: readonly WindowMessage[], keep: 'start' | 'lines' | 'ends'): Part {
    let costs: Map<string, number> | undefined;
    if (keep === 'start') {
      costs = new Map(
        messages.map(({ content }) => [content, this.#head.get(content) ?? this.#cost(content)]),
      );
      this.#head = costs;
    }
    return new Part(messages, keep, this.#countTokens, this.#perMessage, (content) => {
      return costs?.get(content) ?? this.#cost(content);
    });
  }

  /** Tokens of a message. One so long that it cannot fit is only estimated: counting would hold everybody up. */
  #cost(content: string): number {
    const isHuge = content.length > maxCharsPerToken * this.#shares.windowTokens;
    return (
      this.#perMessage + (isHuge ? Math.ceil(content.length / maxCharsPerToken) : this.#countTokens(content))
    );
  }
}

/** A section of the prompt that is given anew each turn. */
class Part {
  #messages: readonly WindowMessage[];
  #tokens: number[];

  constructor(
    messages: readonly WindowMessage[],
    readonly keep: 'start' | 'lines' | 'ends',
    readonly countTokens: CountTokens,
    readonly perMessage: number,
    readonly cost: (content: string) => number,
  ) {
    this.#messages = messages;
    this.#tokens = messages.map(({ content }) => cost(content));
  }

  get messages(): readonly WindowMessage[] {
    return this.#messages;
  }

  get tokens(): number {
    return this.#tokens.reduce((sum, tokens) => sum + tokens, 0);
  }

  /** Shortens its messages from the last on, and leaves out those of which nothing is left. */
  shrink(mostTokens: number): void {
    if (this.tokens <= mostTokens) return;
    let left = Math.max(0, mostTokens);
    const kept: { message: WindowMessage; tokens: number }[] = [];
    this.#messages.forEach((message, i) => {
      const tokens = this.#tokens[i] ?? 0;
      if (tokens <= left) {
        kept.push({ message, tokens });
        left -= tokens;
        return;
      }
      const content = clip(message.content, left - this.perMessage, this.keep, this.countTokens);
      if (content === '') return;
      const shortened = this.cost(content);
      kept.push({ message: { role: message.role, content }, tokens: shortened });
      left -= shortened;
    });
    this.#messages = kept.map(({ message }) => message);
    this.#tokens = kept.map(({ tokens }) => tokens);
  }
}

/** How many system messages follow each other from `start` on, up to `end` exclusive. */
function countWhile(messages: readonly WindowMessage[], start: number, end: number, step: 1 | -1): number {
  let count = 0;
  for (let i = start; i !== end && count < messages.length; i += step) {
    const role = messages[i]?.role;
    if (role !== 'system' && role !== 'developer') break;
    count++;
  }
  return count;
}

function digestLines(messages: readonly WindowMessage[]): string[] {
  return messages.flatMap((message, i) => {
    const line = digestLine(message, messages[i - 1]);
    return line === '' ? [] : [line];
  });
}
