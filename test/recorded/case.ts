import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What a turn must bring. Patterns are regular expressions, case is ignored. */
const expectations = {
  /** The words that were said. */
  heard: z.string().optional(),
  /** Highest word error rate of this recording, 0..1. */
  maxWordErrorRate: z.number().min(0).max(1).default(0.25),
  /** The recording holds no words: no transcript, no reply. */
  nothing: z.boolean().default(false),
  transcriptMatches: z.array(z.string()).default([]),
  replyMatches: z.array(z.string()).default([]),
  /** Holds of the reply's sound, transcribed again. */
  replyAudioMatches: z.array(z.string()).default([]),
  recalls: z.array(z.string()).default([]),
};

const step = z.union([
  z.strictObject({ say: z.string(), ...expectations }),
  z.strictObject({ type: z.string(), ...expectations }),
  z.strictObject({ reconnect: z.literal(true) }),
  z.strictObject({ restart: z.literal(true) }),
]);

const schema = z.strictObject({
  title: z.string(),
  /** Counts into the word error rate of the whole set. */
  inSet: z.boolean().default(false),
  steps: z.array(step).min(1),
});

export type Step = z.output<typeof step>;
export type TurnStep = Extract<Step, { heard?: unknown }>;

export interface RecordedCase extends z.output<typeof schema> {
  readonly name: string;
  readonly folder: string;
}

/** Every folder below that holds a `case.json`, in order of name. */
export function loadCases(folder: string): RecordedCase[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (!readdirSync(path).includes('case.json')) return [];
      const parsed = schema.parse(JSON.parse(readFileSync(join(path, 'case.json'), 'utf8')));
      return [{ ...parsed, name, folder: path }];
    });
}
