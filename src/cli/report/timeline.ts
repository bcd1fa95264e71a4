import { z } from 'zod';

import { SlowcatError } from '../../errors.js';

const ms = z.number();
const msOrNull = ms.nullable();

const turnSchema = z.object({
  turn: z.number().int(),
  kind: z.enum(['spoken', 'typed', 'bot']),
  startMs: ms,
  userStoppedMs: msOrNull,
  askedMs: msOrNull,
  botStartedMs: msOrNull,
  botStoppedMs: msOrNull,
  outcome: z.enum(['answered', 'interrupted', 'unanswered']),
  stages: z.record(z.string(), ms).nullable(),
  tokens: z.object({ prompt: z.number(), completion: z.number(), cached: z.number() }).nullable(),
  recall: z.object({ tookMs: ms, late: z.boolean(), scores: z.array(z.number()) }).nullable(),
  errors: z.array(z.string()),
  words: z.object({ user: z.string(), bot: z.string() }).optional(),
});

const timelineSchema = z.object({
  kind: z.literal('slowcat-timeline'),
  version: z.literal(1),
  session: z.string(),
  startedAt: z.string(),
  words: z.boolean(),
  turns: z.array(turnSchema),
  /** Missing when the server died before the session ended. */
  totals: z
    .object({
      durationMs: ms,
      interruptions: z.number(),
      audioInBytes: z.number(),
      audioOutBytes: z.number(),
    })
    .optional(),
});

export type TimelineTurn = z.output<typeof turnSchema>;
/** A session's timeline as `--timeline-dir` writes it; docs/observability.md describes the fields. */
export type Timeline = z.output<typeof timelineSchema>;

/**
 * Reads a timeline. Of a file that was cut off, the turns that are whole.
 *
 * @throws SLOWCAT_TIMELINE_FILE when it is none
 */
export function parseTimeline(text: string): Timeline {
  const parsed = timelineSchema.safeParse(jsonOf(text) ?? jsonOf(mended(text)));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new SlowcatError(
    'SLOWCAT_TIMELINE_FILE',
    `It is not one that serve --timeline-dir has written${where === '' ? '' : ` (see ${where})`}.`,
  );
}

/** A turn stands on a line of its own, so that what was cut off is the last line. */
function mended(text: string): string {
  const lines = text.trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  if (lines.length > 1 && jsonOf(last.replace(/,$/, '')) === undefined) lines.pop();
  return `${lines.join('\n').replace(/,$/, '')}]}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
