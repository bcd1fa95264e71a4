/** Who said a turn. */
export type Role = 'user' | 'assistant';

/** One utterance, as it is handed to {@link UserMemory.remember}. */
export interface Turn {
  readonly role: Role;
  /** Verbatim words. For the assistant, what the person has really heard. */
  readonly text: string;
  /** A name, when several people share one memory. */
  readonly speaker?: string;
  /** When it was said, Unix milliseconds. @defaultValue the memory's clock */
  readonly atMs?: number;
  /** The conversation it belongs to. Turns of different sessions are never taken for question and answer. */
  readonly session?: string;
  /** True when the person cut the assistant off. */
  readonly interrupted?: boolean;
}

/** A turn as the log holds it. */
export interface StoredTurn {
  /** Its number in this user's log, from 1, never given twice while the log exists. */
  readonly turnId: number;
  /** The id that an imported turn came with, any string. Absent for a turn that was remembered here. */
  readonly id?: string;
  readonly role: Role;
  readonly text: string;
  readonly atMs: number;
  readonly speaker?: string;
  readonly session?: string;
  readonly interrupted?: true;
  /** How much it matters, 0..1: what matters more fades later. */
  readonly importance?: number;
}

/**
 * What became of a turn. A refused turn is counted in `stats().refused` and nothing is written:
 * `injected-context` is text that begins with the memory's own block, `empty` has no visible character.
 */
export type Remembered =
  | { readonly stored: true; readonly turnId: number }
  | { readonly stored: false; readonly reason: 'injected-context' | 'empty' };

/** `fast` looks at matching turns only; `medium` and `deep` wait longer and bring the turns around the best ones. */
export type RecallDepth = 'fast' | 'medium' | 'deep';

export interface RecallOptions {
  /** Most tokens of the whole rendered block, header included. @defaultValue 1024 */
  readonly budgetTokens?: number;
  /** Most items. @defaultValue 8 */
  readonly maxItems?: number;
  /**
   * A question with fewer matches than this gets what the user stated last as well: it may share no word with its
   * answer. @defaultValue 0
   */
  readonly minItems?: number;
  /** @defaultValue 'fast' */
  readonly depth?: RecallDepth;
  /**
   * Whether what is asked about is told from the log when the answer is unsure or has faded. @defaultValue true
   */
  readonly escalate?: boolean;
  /**
   * Turns that are offered whatever is asked, beside `maxItems`: the user's name, allergies, standing instructions,
   * preferences, as far as they are not found anyway. @defaultValue 3
   */
  readonly maxAlways?: number;
  /**
   * How the block is written: `lines`, best first with their ages, which the memory adapter is trained on; or
   * `compact`, grouped by day in the order they were said, into which more fits. @defaultValue 'lines'
   */
  readonly form?: 'lines' | 'compact';
  /** What is not found by then is left out. @defaultValue 15 for fast, 100 for medium, 3000 for deep */
  readonly deadlineMs?: number;
  /** Asks as if it were then: ages, and what holds, are of that time. Unix milliseconds. @defaultValue the memory's clock */
  readonly atMs?: number;
}

/** Why an item was chosen: some of what the ranking, a learned linear model, knew of it. */
export interface RecallReasons {
  /** BM25 of the turn's own words; 0 for a turn that was brought by its neighbours or by its meaning. */
  readonly bm25: number;
  /** 1 for an old turn, a little more for a fresh one. */
  readonly recency: number;
  /** 1 for what a person said, less for what the assistant said. */
  readonly role: number;
  /** 1, or less for a turn that only asks. */
  readonly question: number;
  /** BM25 of the turn with the two before and behind it, as a part of the best. */
  readonly context?: number;
  /** 1 when said by the one who is meant, 0 by another, a half when nobody is named. */
  readonly speaker?: number;
  /** Likeness of meaning to the query, -1..1; absent without vectors. */
  readonly meaning?: number;
}

export interface RecallItem {
  readonly turnId: number;
  /** The id that an imported turn came with. */
  readonly id?: string;
  /** Verbatim. */
  readonly text: string;
  readonly role: Role;
  readonly atMs: number;
  readonly speaker?: string;
  /** The question that a short answer answers, verbatim, so that "Potola." can be understood. */
  readonly answerTo?: string;
  /** The chance that it holds what is asked for, 0..1, as the ranking sees it; 0 for what only fills up. */
  readonly score: number;
  readonly why: RecallReasons;
  /** The item's line in the block, cleaned. */
  readonly line: string;
}

export interface Recall {
  /** Best first. */
  readonly items: readonly RecallItem[];
  /** The block for the model's context, or the empty string when there is no item. */
  readonly block: string;
  /** Tokens of `block`. */
  readonly tokens: number;
  /** True when the deadline cut the search short. */
  readonly late: boolean;
  readonly tookMs: number;
  /** The chance, 0..1, that the first items hold what is asked for. */
  readonly confidence?: number;
  /** The depth that was reached: deeper than asked for when the confidence was low and there was time. */
  readonly depth?: RecallDepth;
}

/** What to forget. `containing` is matched against the verbatim text, ignoring case. Times are Unix ms, both inclusive. */
export type ForgetSelector =
  | { readonly all: true }
  | { readonly turnIds: readonly number[] }
  | { readonly containing: string }
  | { readonly fromMs?: number; readonly untilMs?: number };

export interface UserStats {
  readonly turns: number;
  /** Bytes of the user's records in the log, without keys and free space. */
  readonly bytes: number;
  /** Turns that the in-memory index holds by now. */
  readonly indexedTurns: number;
  /** Since this memory was opened, in this process. */
  readonly recalls: number;
  /** Recalls that the deadline cut short. */
  readonly lateRecalls: number;
  /** Turns that {@link UserMemory.remember} refused. */
  readonly refused: number;
  /** Turns that can be found by meaning. */
  readonly vectors?: number;
  /** Recalls that had to do without the query's vector, because it was late or failed. */
  readonly unembeddedRecalls?: number;
  /** Facts that hold, as far as they have been read out of the turns by now. */
  readonly facts?: number;
  /** Decoded turns at hand, by tier, and the part of reads that they have answered, 0..1. The rest is read from the log. */
  readonly tiers?: {
    readonly exchange: number;
    readonly hot: number;
    readonly warm: number;
    readonly hits: number;
    readonly misses: number;
    readonly hitRate: number;
  };
}

/** One user's memory. No call can reach another user's. */
export interface UserMemory {
  readonly id: string;
  /**
   * Appends a turn. Resolves when the write is committed and flushed to the disk.
   * Concurrent calls keep their order and share commits.
   * @throws SlowcatError `SLOWCAT_MEMORY_STORE`, `SLOWCAT_MEMORY_CLOSED`
   */
  remember(turn: Turn): Promise<Remembered>;
  /** Finds what was said about something. Never throws for lateness. */
  recall(query: string, options?: RecallOptions): Promise<Recall>;
  /** Builds the index, so that the first recall is as fast as the next. */
  warmUp(): Promise<void>;
  /** Names that the user has said, most worth knowing first. @defaultValue limit 20 */
  knownNames(limit?: number): Promise<readonly string[]>;
  /** Removes turns, and their bytes from the file. Resolves to how many turns are gone. */
  forget(selector: ForgetSelector): Promise<number>;
  /** Every turn, verbatim, oldest first. */
  export(): AsyncIterable<StoredTurn>;
  stats(): Promise<UserStats>;
  /**
   * Tells that turns were used in an answer: what is used fades later, and what was told in full is as fresh as new.
   * Absent where nothing fades.
   * @defaultValue atMs the memory's clock, inFull false
   */
  reinforce?(turnIds: readonly number[], atMs?: number, inFull?: boolean): Promise<void>;
}

/** A turn from elsewhere; its own id, any string, stays with it. */
export interface ImportedTurn extends Turn {
  readonly id?: string;
  /** 0..1. */
  readonly importance?: number;
}

/** A fact as it stands now: what it says, since when, and how much of it has not faded. */
export interface FactView {
  /** `1|dog|Potola`, as faded as its rung says. */
  readonly line: string;
  readonly subject: string;
  readonly relation: string;
  readonly value: string;
  /** The turn it was said in. */
  readonly sourceTurn: number;
  readonly validFromMs: number;
  /** When a newer value took its place. Absent while it holds. */
  readonly validToMs?: number;
  readonly rung: 'full' | 'most' | 'half' | 'first' | 'forgotten';
}

export interface FactsOptions {
  /** Past values as well. @defaultValue false */
  readonly history?: boolean;
}

/** Something that a user talks about. */
export interface Topic {
  /** The words that tell it from the other topics, at most four, the most telling first. */
  readonly words: readonly string[];
  readonly turns: number;
  /** The most typical of its turns, at most 20, the best first. */
  readonly turnIds: readonly number[];
}

export interface TopicsOptions {
  /** Topics at most. @defaultValue the square root of the number of turns, 12 at most */
  readonly count?: number;
}

/** Told now and then during long work: how many turns are done, and of how many. */
export type MaintenanceProgress = (done: number, total: number) => void;

export interface VerifyReport {
  /** True when every turn is what the head says it is. */
  readonly ok: boolean;
  readonly turns: number;
  /** The 32 bytes that bind every turn and their order, in hex. */
  readonly head: string;
  /** Turns whose bytes are not those that were stored. */
  readonly damaged: readonly number[];
}

export interface RepairReport {
  /** True when nothing is lost. */
  readonly ok: boolean;
  readonly rebuiltPieces: number;
  readonly rebuiltTurns: number;
  /** Turns that too few pieces are left of. */
  readonly lost: readonly number[];
}

/** Shows that a turn is part of the log with this head. Plain JSON; `docs/verify-proof.mjs` checks it. */
export type ProofOfTurn = Readonly<Record<string, unknown>> & {
  readonly turnId: number;
  /** Hex. */
  readonly head: string;
};

/** What keeps a user's memory whole, beside using it. */
export interface UserMemoryMaintenance {
  /** What is known of the user, oldest first. */
  facts(options?: FactsOptions): Promise<readonly FactView[]>;
  /**
   * What the user talks about: the user's own turns in groups that are alike in meaning, the largest first. Nothing of
   * it is kept; the same turns give the same topics. None without `embed`.
   */
  topics(options?: TopicsOptions): Promise<readonly Topic[]>;
  /**
   * Appends turns in order, with their ids. Resolves, when all of them are on the disk, to what became of each.
   * Turns without a session stay so; who needs one takes a gap of 30 minutes for its end.
   */
  importTurns(turns: readonly ImportedTurn[]): Promise<readonly Remembered[]>;
  /** Compares every stored byte with the head. */
  verify(onProgress?: MaintenanceProgress): Promise<VerifyReport>;
  /** Rebuilds what is damaged from what is left. */
  repair(onProgress?: MaintenanceProgress): Promise<RepairReport>;
  /** Undefined when there is no such turn. */
  proof(turnId: number): Promise<ProofOfTurn | undefined>;
}

/** What a repair of a whole memory came to. */
export interface MemoryRepairReport {
  /** True when nothing is lost. */
  readonly ok: boolean;
  /** Whether the database was built again, from the archive and what was left of the old one. */
  readonly rebuiltDatabase: boolean;
  /** By user id. Numbers of turns only, never what was said. */
  readonly users: ReadonlyMap<string, RepairReport>;
}

/** The memory of many users, in one folder. */
export interface Memory {
  /** @throws SlowcatError `SLOWCAT_MEMORY_USER` unless the id is 1..128 letters, digits or `. _ - @ : +` */
  user(id: string): UserMemory;
  /** Ids of all users who have turns, sorted. */
  users(): Promise<readonly string[]>;
  /** Waits for open writes. Idempotent; later calls reject with `SLOWCAT_MEMORY_CLOSED`. */
  close(): Promise<void>;
}

/** A memory with what keeps it whole. */
export interface MaintainedMemory extends Memory {
  user(id: string): UserMemory & UserMemoryMaintenance;
}
