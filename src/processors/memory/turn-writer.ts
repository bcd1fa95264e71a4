import type { Turn, UserMemory } from '../../memory/memory.js';

export interface TurnWriterOptions {
  readonly sessionId: string | undefined;
  readonly onError: (error: unknown) => void;
}

interface Unstored {
  readonly text: string;
  readonly memory: UserMemory;
  readonly speaker: string | undefined;
}

/**
 * Stores both sides of a conversation, in order, off the path of the answer. The user's turn is held until its answer
 * begins: one that goes on before that comes again, with all that was said, and is one turn.
 */
export class TurnWriter {
  readonly #options: TurnWriterOptions;
  #unstored: Unstored | null = null;
  /** Where the answer to the latest turn goes. */
  #memory: UserMemory | undefined;
  #storing: Promise<void> = Promise.resolve();
  #exchanges = 0;

  constructor(options: TurnWriterOptions) {
    this.#options = options;
  }

  /** Answers stored so far. */
  get exchanges(): number {
    return this.#exchanges;
  }

  /** Where answers go that no turn of the user comes before: a greeting, for instance. */
  answersGoTo(memory: UserMemory): void {
    this.#memory = memory;
  }

  /** @param speaker a name for the log, where several people share one memory */
  userSaid(text: string, memory: UserMemory, speaker?: string): void {
    const isSameTurn =
      this.#unstored?.memory === memory &&
      this.#unstored.speaker === speaker &&
      goesOn(this.#unstored.text, text);
    if (!isSameTurn) this.storeUserTurn();
    this.#unstored = { text, memory, speaker };
    this.#memory = memory;
  }

  storeUserTurn(): void {
    const unstored = this.#unstored;
    this.#unstored = null;
    if (unstored === null) return;
    const { text, memory, speaker } = unstored;
    this.#store(memory, { role: 'user', text, ...(speaker === undefined ? {} : { speaker }) });
  }

  assistantSaid(text: string, interrupted: boolean): void {
    this.storeUserTurn();
    if (!this.#memory) return;
    this.#exchanges++;
    this.#store(this.#memory, { role: 'assistant', text, ...(interrupted ? { interrupted } : {}) });
  }

  /** Resolves when all that was handed over is stored. Never rejects. */
  settled(): Promise<void> {
    return this.#storing;
  }

  #store(memory: UserMemory, turn: Turn): void {
    const { sessionId, onError } = this.#options;
    this.#storing = this.#storing.then(async () => {
      try {
        await memory.remember({
          ...turn,
          ...(sessionId === undefined ? {} : { session: sessionId }),
        });
      } catch (error) {
        onError(error);
      }
    });
  }
}

/** Whether `text` begins with what was said before, leaving aside the full stop that a pause gave it. */
function goesOn(before: string, text: string): boolean {
  return text.startsWith(before.replace(/[.…]+$/u, ''));
}
