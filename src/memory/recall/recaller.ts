import { setImmediate } from 'node:timers/promises';

import type { TurnLog } from '../log/turn-log.js';
import type { Surface } from '../ladder/surface.js';
import { defaultRecallOptions, type ResolvedMemoryOptions } from '../options.js';
import { timeSlice } from '../time-slice.js';
import type { Recall, RecallDepth, RecallItem, RecallOptions, StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { fastCandidateLimits, type CandidateLimits } from './candidates.js';
import { compactText, essence } from './compact-block.js';
import { contextLine, plainWords } from './context-block.js';
import { excerpt } from './excerpt.js';
import type { IndexCache } from './index-cache.js';
import { pack } from './pack.js';
import { onlyAsks } from './questions.js';
import type { Candidate } from './ranking.js';
import { questionBefore, type Found, type UserIndex } from './user-index.js';
import { contentWords, leansOn } from './words.js';

/** What is known of a user's turns beside what ranks them. */
export interface Knowledge {
  /** From wherever it is read fastest. */
  turn(turnId: number): StoredTurn | undefined;
  /** What is offered of a turn by default, empty when it is forgotten there. The log keeps all of it. */
  surfaceOf(turn: StoredTurn, nowMs: number): Pick<Surface, 'text' | 'rung'>;
  /** True when what a turn said about the world has been replaced since. */
  isOutdated(turnId: number): boolean;
  /** Turns that state a fact which answers the query, best first. */
  answersTo(query: string): readonly number[];
  /** Turns that state what is worth telling whatever is asked, weightiest first. */
  always(limit: number): readonly number[];
}

export interface RecallerParts {
  readonly log: TurnLog;
  readonly indexes: IndexCache;
  readonly options: ResolvedMemoryOptions;
  readonly knowledge: Knowledge;
}

export interface RecallTally {
  readonly recalls: number;
  readonly lateRecalls: number;
  readonly unembeddedRecalls: number;
}

/** Fast asks for what is probably meant; deep brings all that may be. Parts of the best one's chance. */
const weakest: Readonly<Record<RecallDepth, number>> = { fast: 0.1, medium: 0.03, deep: 0 };
/** What fast and medium need for an item that shares no word with the query: a cosine that chance seldom gives. */
const nearEnough = 0.35;
/** Below this chance that the first items hold what is asked for, the undamaged log is asked for more. */
const lowConfidence = 0.15;
/** Above it the answer is there, and what was merely said last would only distract from it. */
const highConfidence = 0.8;
/** Of fewer turns the confidence says little: nothing in them is rare. */
const enoughTurns = 200;
/** Turns that are looked at for something said lately. */
const lookedBack = 16;
/** Kept of a deadline for what comes behind the embedding of the query, as a part and at most. */
const kept = { part: 0.3, ms: 4 };
/** Embeddings of queries that may be under way at once: a model that hangs must not pile them up. */
const maxEmbedding = 4;
/** Few, and none while a query waits: a model works at one batch at a time, and the query stands behind it. */
const embeddedAtOnce = 4;
/** Turns that are read from the log before it is known that they are told: while a vector is computed there is time. */
const mostFetched = 8;
/** Vectors that are written with one flush of the disk; what a crash takes of them is computed again. */
const flushedAtOnce = 128;

/** Finds what one user said about something. */
export class Recaller {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #indexes: IndexCache;
  readonly #options: ResolvedMemoryOptions;
  readonly #knowledge: Knowledge;
  readonly #tally = { recalls: 0, lateRecalls: 0, unembeddedRecalls: 0 };
  #building: Promise<void> | undefined;
  #filling: Promise<void> | undefined;
  #embedding = 0;
  /** Resolves when no query's vector is being computed. */
  #quiet: Promise<unknown> = Promise.resolve();

  constructor(user: UserKey, { log, indexes, options, knowledge }: RecallerParts) {
    this.#user = user;
    this.#log = log;
    this.#indexes = indexes;
    this.#options = options;
    this.#knowledge = knowledge;
  }

  get tally(): RecallTally {
    return this.#tally;
  }

  /** Takes a turn that was just appended into an index at hand, rather than in the next recall's time. */
  appended(): void {
    const index = this.#log.isClosed ? undefined : this.#indexes.peek(this.#user);
    const head = index && this.#log.head(this.#user);
    if (!index || head?.epoch !== index.epoch) return;
    index.work(head.next, timeSlice(this.#options));
    void this.#fillInBackground(index);
  }

  async recall(query: string, options: RecallOptions = {}): Promise<Recall> {
    const { monotonicMs, countTokens } = this.#options;
    const startMs = monotonicMs();
    const nowMs = options.atMs ?? this.#options.nowMs();
    const depth = options.depth ?? defaultRecallOptions.depth;
    const deadlineMs = options.deadlineMs ?? defaultRecallOptions.deadlineMs[depth];
    const isLate = (): boolean => monotonicMs() - startMs >= deadlineMs;
    const maxItems = options.maxItems ?? defaultRecallOptions.maxItems;
    const maxAlways = options.maxAlways ?? defaultRecallOptions.maxAlways;
    this.#tally.recalls++;

    const index = await this.#readyIndex(isLate);
    let late = false;
    let confidence = 0;
    let reached = depth;
    let items: Iterable<RecallItem> = [];
    if (index) {
      late = !index.isComplete(this.#log.head(this.#user)?.next ?? 1);
      const question = index.read(query, nowMs);
      const leftMs = deadlineMs - (monotonicMs() - startMs);
      const vector = this.#vectorOf(question.meaning, index, leftMs);
      // What words tell is found out while another process computes the vector.
      const search = index.byWords(
        question,
        { candidates: limitsOf(depth), isLate },
        vector && this.#options.ranking.byWords,
      );
      const answers = maxAlways > 0 ? this.#knowledge.answersTo(query) : [];
      if (vector) this.#fetch(search.finds.turnIds);
      const limit = Math.max(48, Math.min(400, maxItems));
      const found = index.rank(search, await vector, this.#options.ranking, limit);
      late ||= found.cut;
      confidence = found.confidence;
      let chosen = strongEnough(found, depth);
      // Costs no time: what was found is told from the log instead of from the surface.
      const mayLookDeeper = (options.escalate ?? true) && depth !== 'deep';
      const isUnsure =
        chosen.length === 0 || (confidence < lowConfidence && index.indexedTurns >= enoughTurns);
      if (mayLookDeeper && (isUnsure || this.#isFaded(chosen[0], nowMs))) {
        // What the surface has lost may be what is asked for.
        reached = 'deep';
        if (isUnsure) chosen = strongEnough(found, 'medium');
      }
      const isLost = onlyAsks(query) && confidence < highConfidence;
      const minItems = isLost ? (options.minItems ?? defaultRecallOptions.minItems) : 0;
      const ordered = depth === 'deep' ? chosen : this.#upToDateFirst(chosen);
      items = this.#items(
        this.#withFacts(query, ordered, answers, index, { minItems, maxItems, maxAlways }),
        found,
        reached,
        nowMs,
        options.form,
      );
    }
    const packed = pack(items, {
      budgetTokens: options.budgetTokens ?? defaultRecallOptions.budgetTokens,
      maxItems: maxItems + maxAlways,
      form: options.form ?? defaultRecallOptions.form,
      countTokens,
    });
    if (late) this.#tally.lateRecalls++;
    return { ...packed, late, tookMs: monotonicMs() - startMs, confidence, depth: reached };
  }

  /** Builds the index and waits for the vectors. */
  async warmUp(): Promise<void> {
    const index = await this.#readyIndex(() => false);
    if (index) await this.#fillInBackground(index);
  }

  async knownNames(limit: number): Promise<readonly string[]> {
    const index = await this.#readyIndex(() => false);
    return index?.knownNames(limit) ?? [];
  }

  /** The index, complete or as far as it got in time; building goes on in the background. */
  async #readyIndex(isLate: () => boolean): Promise<UserIndex | undefined> {
    this.#log.refresh();
    let index: UserIndex | undefined;
    for (;;) {
      const head = this.#log.head(this.#user);
      if (!head) return undefined;
      if (index?.epoch !== head.epoch) index = this.#indexes.get(this.#user, head.epoch, head.next);
      if (index.isComplete(head.next)) return index;
      const building = this.#buildInBackground(index);
      if (isLate()) return index;
      await Promise.race([building, setImmediate()]);
    }
  }

  #buildInBackground(index: UserIndex): Promise<void> {
    if (!this.#building) {
      this.#building = this.#build(index).finally(() => (this.#building = undefined));
      // Who waits for the index gets the error; when nobody does, the next recall meets it again.
      this.#building.catch(() => undefined);
    }
    return this.#building;
  }

  async #build(index: UserIndex): Promise<void> {
    while (!this.#log.isClosed) {
      const head = this.#log.head(this.#user);
      if (head?.epoch !== index.epoch) return;
      index.work(head.next, timeSlice(this.#options));
      if (index.isComplete(head.next)) {
        void this.#fillInBackground(index);
        return;
      }
      await setImmediate();
    }
  }

  /** Computes the vectors that turns lack, newest first. Never rejects: memory works without them. */
  #fillInBackground(index: UserIndex): Promise<void> {
    const { embed } = this.#options;
    if (!embed) return Promise.resolve();
    this.#filling ??= this.#fill(index, embed)
      .catch(() => undefined)
      .finally(() => (this.#filling = undefined));
    return this.#filling;
  }

  async #fill(index: UserIndex, embed: NonNullable<ResolvedMemoryOptions['embed']>): Promise<void> {
    let unsaved = 0;
    for (;;) {
      if (this.#log.isClosed || this.#log.head(this.#user)?.epoch !== index.epoch) return;
      const turnIds = index.withoutVector(embeddedAtOnce);
      if (turnIds.length === 0 && unsaved === 0) return;
      if (turnIds.length === 0 || unsaved >= flushedAtOnce) {
        await index.flushVectors();
        unsaved = 0;
        continue;
      }
      await this.#quiet;
      const texts = turnIds.map((turnId) => {
        const turn = this.#knowledge.turn(turnId);
        return turn ? [this.#questionOf(turn), turn.text].filter(Boolean).join(' ') : '';
      });
      const vectors = await embed(texts);
      for (const [i, turnId] of turnIds.entries()) {
        const vector = vectors[i];
        if (!vector) return;
        index.addVector(turnId, vector);
      }
      unsaved += turnIds.length;
    }
  }

  /** Asks for the query's vector, where one can be of use. It is undefined when it does not come in time. */
  #vectorOf(
    meaning: string,
    index: UserIndex,
    leftMs: number,
  ): Promise<Float32Array | undefined> | undefined {
    const { embed } = this.#options;
    if (!embed || index.vectors === 0) return undefined;
    const waitMs = leftMs - Math.min(kept.ms, leftMs * kept.part);
    if (waitMs <= 0 || this.#embedding >= maxEmbedding) {
      this.#tally.unembeddedRecalls++;
      return undefined;
    }
    this.#embedding++;
    const embedded = embed([meaning])
      .then(([first]) => first)
      .catch(() => undefined)
      .finally(() => {
        this.#embedding--;
      });
    this.#quiet = Promise.all([this.#quiet, embedded]);
    return this.#inTime(embedded, waitMs);
  }

  async #inTime(
    embedded: Promise<Float32Array | undefined>,
    waitMs: number,
  ): Promise<Float32Array | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), Math.min(waitMs, 2 ** 31 - 1)).unref();
    });
    const vector = await Promise.race([embedded, over]);
    clearTimeout(timer);
    if (!vector) this.#tally.unembeddedRecalls++;
    return vector;
  }

  /** Has turns at hand that are probably told, with what stands before them. */
  #fetch(turnIds: Uint32Array): void {
    for (const turnId of turnIds.subarray(0, mostFetched)) {
      const turn = this.#knowledge.turn(turnId);
      if (turn) this.#questionOf(turn);
    }
  }

  /** True when what is probably meant is on the tip of the tongue: known once, and hardly there any more. */
  #isFaded(best: Candidate | undefined, nowMs: number): boolean {
    const turn = best && this.#knowledge.turn(best.turnId);
    if (!turn) return false;
    const { rung } = this.#knowledge.surfaceOf(turn, nowMs);
    return rung !== 'full';
  }

  /** What no longer holds comes behind what does. */
  #upToDateFirst(chosen: readonly Candidate[]): readonly Candidate[] {
    const isOutdated = ({ turnId }: Candidate): boolean => this.#knowledge.isOutdated(turnId);
    const outdated = chosen.filter(isOutdated);
    return outdated.length === 0 ? chosen : [...chosen.filter((each) => !isOutdated(each)), ...outdated];
  }

  /** At most `maxItems` of what was found, facts that answer among them, and behind these what is always told. */
  #withFacts(
    query: string,
    chosen: readonly Candidate[],
    answering: readonly number[],
    index: UserIndex,
    { minItems, maxItems, maxAlways }: { minItems: number; maxItems: number; maxAlways: number },
  ): readonly Candidate[] {
    const first = chosen.slice(0, maxItems);
    const known = new Set(first.map(({ turnId }) => turnId));
    const unknown = (turnIds: readonly number[]): Candidate[] =>
      turnIds
        .filter((turnId) => !known.has(turnId) && !index.isRepeated(turnId))
        .map((turnId) => (known.add(turnId), filling(turnId)));
    const answers = unknown(answering);
    const found = [...first.slice(0, Math.max(1, maxItems - answers.length)), ...answers];
    const latest = this.#latest(found, Math.min(minItems, maxItems));
    for (const { turnId } of latest) known.add(turnId);
    const always = this.#knowledge.always(plainWords(query) === '' ? 0 : maxAlways);
    return [...found, ...latest, ...unknown(always)];
  }

  /** What the user stated last, newest first, to fill up what few matches leave. */
  #latest(found: readonly Candidate[], minItems: number): Candidate[] {
    const known = new Set(found.map(({ turnId }) => turnId));
    const latest: Candidate[] = [];
    const newest = (this.#log.head(this.#user)?.next ?? 1) - 1;
    for (let turnId = newest; turnId > Math.max(0, newest - lookedBack); turnId--) {
      if (found.length + latest.length >= minItems) break;
      const turn = this.#knowledge.turn(turnId);
      if (turn?.role !== 'user' || known.has(turnId) || onlyAsks(turn.text)) continue;
      latest.push(filling(turnId));
    }
    return latest;
  }

  /** The items in order, each read from the log when it is its turn to be packed. */
  *#items(
    ranked: readonly Candidate[],
    { query }: Found,
    depth: RecallDepth,
    nowMs: number,
    form: RecallOptions['form'],
  ): Generator<RecallItem, void> {
    const stems = new Set(query.weights.keys());
    const speakers = new Set(query.speakerStems);
    const { maxLineChars } = this.#options;
    for (const { turnId, score, why } of ranked) {
      const turn = this.#knowledge.turn(turnId);
      const offered = turn && (depth === 'deep' ? turn.text : this.#knowledge.surfaceOf(turn, nowMs).text);
      if (!turn || offered === undefined || plainWords(offered) === '') continue;
      const { id, text, role, atMs, speaker } = turn;
      const question = this.#questionOf(turn);
      const item = {
        turnId,
        ...(id === undefined ? {} : { id }),
        text,
        role,
        atMs,
        ...(speaker === undefined ? {} : { speaker }),
        ...(question === undefined ? {} : { answerTo: question }),
      };
      const shown = { ...item, text: excerpt(offered, stems, maxLineChars) };
      const line =
        form === 'compact'
          ? compactText({ ...shown, text: essence(shown.text, stems, speakers) })
          : contextLine(shown, nowMs);
      yield { ...item, score, why, line };
    }
  }

  /** The question without which a turn cannot be understood. */
  #questionOf(turn: StoredTurn): string | undefined {
    if (turn.turnId === 1) return undefined;
    const question = questionBefore(turn, this.#knowledge.turn(turn.turnId - 1));
    return question !== undefined && leansOn(question, contentWords(turn.text)) ? question : undefined;
  }
}

/** A turn that was not found by the query. */
function filling(turnId: number): Candidate {
  return { turnId, score: 0, why: { bm25: 0, recency: 1, role: 1, question: 1 } };
}

function limitsOf(depth: RecallDepth): CandidateLimits {
  if (depth === 'fast') return fastCandidateLimits;
  return { byWords: 200, byMeaning: 120, surrounded: 32 };
}

/** What is worth offering: all for deep, else what is not far behind the best and has to do with the query. */
function strongEnough({ best, byWords }: Found, depth: RecallDepth): readonly Candidate[] {
  if (depth === 'deep') return best;
  const about = best.filter(
    ({ turnId, why }) =>
      byWords.has(turnId) ||
      (why.meaning ?? 0) >= nearEnough ||
      (depth === 'medium' && (why.context ?? 0) > 0),
  );
  const floor = (about[0]?.score ?? 0) * weakest[depth];
  return about.filter(({ score }) => score >= floor);
}
