import { defaultCandidateLimits, type CandidateLimits } from '../../src/memory/recall/candidates.js';
import { featureCount } from '../../src/memory/recall/features.js';
import type { TurnTable } from '../../src/memory/recall/turn-table.js';
import { questionBefore, UserIndex } from '../../src/memory/recall/user-index.js';
import { contentWords, leansOn } from '../../src/memory/recall/words.js';
import type { Embed } from '../../src/memory/options.js';
import type { StoredTurn } from '../../src/memory/types.js';
import { userKey } from '../../src/memory/user-id.js';
import type { Group } from './fit-linear.js';
import type { LocomoConversation } from './locomo.js';

/** One question with the features of what may answer it. */
export interface Example extends Group {
  /** Which of the conversations it is about. */
  readonly conversation: number;
  readonly category: number;
  readonly candidates: Uint32Array;
  readonly table: TurnTable;
  /** Turn numbers of the evidence. */
  readonly evidence: ReadonlySet<number>;
}

const width = featureCount;
export { width };

/** Features of every question, made by the index that the memory uses. Without `embed` words alone. */
export async function examplesOf(
  conversations: readonly LocomoConversation[],
  embed?: Embed,
  candidates: CandidateLimits = defaultCandidateLimits,
): Promise<Example[]> {
  const examples: Example[] = [];
  for (const [conversation, { turns, questions }] of conversations.entries()) {
    const stored = turns.map(({ id: _, ...turn }, i): StoredTurn => ({
      turnId: i + 1,
      role: 'user',
      ...turn,
    }));
    const log = { range: (_user: unknown, from: number, to: number) => stored.slice(from - 1, to - 1) };
    const index = new UserIndex(log, userKey('locomo'), 'epoch', stored.length + 1);
    index.work(stored.length + 1, () => false);
    if (embed) {
      const texts = stored.map((turn, i) => {
        const question = questionBefore(turn, stored[i - 1]);
        const isShort = question !== undefined && leansOn(question, contentWords(turn.text));
        return isShort ? `${question} ${turn.text}` : turn.text;
      });
      for (const [i, vector] of (await embed(texts)).entries()) index.addVector(i + 1, vector);
    }
    const nowMs = stored.at(-1)?.atMs ?? 0;
    const asked = questions.map(({ question }) => index.read(question, nowMs));
    const vectors = embed && (await embed(asked.map(({ meaning }) => meaning)));
    const numbers = new Map(turns.map(({ id }, i) => [id, i + 1]));
    for (const [i, { category, evidence }] of questions.entries()) {
      const question = asked[i];
      if (!question) continue;
      const found = index.features(
        index.byWords(question, { candidates, isLate: () => false }),
        vectors?.[i],
      );
      const wanted = new Set(evidence.flatMap((id) => numbers.get(id) ?? []));
      examples.push({
        conversation,
        category,
        candidates: found.candidates,
        table: found.table,
        evidence: wanted,
        rows: found.rows.slice(),
        isEvidence: Uint8Array.from(found.candidates, (turnId) => (wanted.has(turnId) ? 1 : 0)),
      });
    }
  }
  return examples;
}
