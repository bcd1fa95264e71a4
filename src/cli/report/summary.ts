import type { Timeline } from './timeline.js';

/** Milliseconds by nearest rank. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A session in a few figures. */
export interface TimelineSummary {
  readonly session: string;
  readonly startedAt: string;
  /** Null when the file was cut off. */
  readonly durationMs: number | null;
  readonly turns: number;
  readonly outcomes: Readonly<Record<'answered' | 'interrupted' | 'unanswered', number>>;
  readonly stages: Readonly<Record<string, Percentiles>>;
  readonly tokens: { readonly prompt: number; readonly completion: number; readonly cached: number };
  readonly recall: Percentiles & { readonly late: number; readonly memories: number };
  /** How often each code. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Percentiles by nearest rank; zeros of nothing. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function summarise({ session, startedAt, turns, totals }: Timeline): TimelineSummary {
  const stages = new Map<string, number[]>();
  const errors = new Map<string, number>();
  const outcomes = { answered: 0, interrupted: 0, unanswered: 0 };
  const tokens = { prompt: 0, completion: 0, cached: 0 };
  for (const turn of turns) {
    outcomes[turn.outcome] += 1;
    for (const [stage, ms] of Object.entries(turn.stages ?? {})) {
      const known = stages.get(stage);
      if (known) known.push(ms);
      else stages.set(stage, [ms]);
    }
    for (const code of turn.errors) errors.set(code, (errors.get(code) ?? 0) + 1);
    for (const kind of ['prompt', 'completion', 'cached'] as const) tokens[kind] += turn.tokens?.[kind] ?? 0;
  }
  const recalls = turns.flatMap(({ recall }) => recall ?? []);
  return {
    session,
    startedAt,
    durationMs: totals?.durationMs ?? null,
    turns: turns.length,
    outcomes,
    stages: Object.fromEntries([...stages].map(([stage, values]) => [stage, percentiles(values)])),
    tokens,
    recall: {
      ...percentiles(recalls.map(({ tookMs }) => tookMs)),
      late: recalls.filter(({ late }) => late).length,
      memories: recalls.reduce((sum, { scores }) => sum + scores.length, 0),
    },
    errors: Object.fromEntries(errors),
  };
}
