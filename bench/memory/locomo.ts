import { readFile } from 'node:fs/promises';

import { z } from 'zod';

/** The parts of LoCoMo's `locomo10.json` that turn-level recall needs. */
const conversationSchema = z.object({
  conversation: z.record(z.string(), z.unknown()),
  qa: z.array(
    z.object({ question: z.string(), evidence: z.array(z.string()).default([]), category: z.number() }),
  ),
});
const turnSchema = z.object({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().optional(),
});

export interface LocomoTurn {
  /** `D<session>:<turn>` */
  readonly id: string;
  readonly speaker: string;
  readonly text: string;
  readonly session: string;
  readonly atMs: number;
}

export interface LocomoQuestion {
  readonly question: string;
  /** 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial */
  readonly category: number;
  /** Ids of the turns that hold the answer, at least one. */
  readonly evidence: readonly string[];
}

export interface LocomoConversation {
  readonly turns: readonly LocomoTurn[];
  readonly questions: readonly LocomoQuestion[];
}

/** Reads the ten conversations. Questions without evidence in the conversation are left out. */
export async function readLocomo(path: string): Promise<LocomoConversation[]> {
  const parsed = z.array(conversationSchema).parse(JSON.parse(await readFile(path, 'utf8')));
  return parsed.map(({ conversation, qa }) => {
    const turns = sessionsOf(conversation);
    const known = new Set(turns.map(({ id }) => id));
    const questions = qa.flatMap(({ question, category, evidence }) => {
      const ids = evidence.flatMap((text) =>
        [...text.matchAll(/D:?(\d+):(\d+)/g)].map((match) => `D${Number(match[1])}:${Number(match[2])}`),
      );
      const held = [...new Set(ids)].filter((id) => known.has(id));
      return held.length > 0 ? [{ question, category, evidence: held }] : [];
    });
    return { turns, questions };
  });
}

function sessionsOf(conversation: Record<string, unknown>): LocomoTurn[] {
  const numbers = Object.keys(conversation)
    .flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  return numbers.flatMap((number) => {
    const atMs = dateOf(z.string().parse(conversation[`session_${number}_date_time`]));
    return z
      .array(turnSchema)
      .parse(conversation[`session_${number}`])
      .map((turn, i) => ({
        id: turn.dia_id,
        speaker: turn.speaker,
        // What a photo shows is part of what was said.
        text: turn.blip_caption === undefined ? turn.text : `${turn.text} [${turn.blip_caption}]`,
        session: `session_${number}`,
        atMs: atMs + i * 1000,
      }));
  });
}

/** `1:56 pm on 8 May, 2023` */
function dateOf(text: string): number {
  const match = /^(\d+):(\d+) (am|pm) on (.+)$/i.exec(text.trim());
  if (!match) throw new Error(`LoCoMo: unknown date form in a session header`);
  const [, hour, minute, half, day] = match;
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
  return Date.parse(`${day ?? ''} UTC`) + (hours * 60 + Number(minute)) * 60_000;
}
