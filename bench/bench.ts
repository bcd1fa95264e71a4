/** What every bench gives: rows of figures, and what one must know to read them. */
export interface BenchResult {
  readonly name: string;
  /** What the figures are, e.g. `ms`. */
  readonly unit: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly notes: readonly string[];
  /** Further figures, in a table of their own. */
  readonly details?: readonly Readonly<Record<string, string | number>>[];
}

export type Bench = () => Promise<BenchResult>;

/** p50, p95, p99 by nearest rank, and the number of samples. */
export function percentiles(samples: readonly number[]): {
  p50: number;
  p95: number;
  p99: number;
  n: number;
} {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), n: sorted.length };
}

/** The result as a person reads it. */
export function show(result: BenchResult): void {
  console.log(`\n## ${result.name} (${result.unit})`);
  table(result.rows);
  if (result.details && result.details.length > 0) table(result.details);
  for (const note of result.notes) console.log(`  ${note}`);
}

function table(rows: BenchResult['rows']): void {
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, shorten(value)]))),
  );
}

function shorten(value: string | number): string | number {
  if (typeof value === 'string') return value;
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
