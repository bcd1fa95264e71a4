import type { CatalogModel, ModelChoice } from '../weights/index.js';

/** 98362432 -> `98 MB`, 5027783488 -> `5.0 GB` */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The catalog as a table: `*` marks what is in use. Memory is an estimate and says so. */
export function modelsTable(
  models: readonly CatalogModel[],
  chosen: ReadonlySet<string>,
  onDisk: ReadonlyMap<string, boolean>,
): string {
  const rows = models.map((model) => [
    chosen.has(model.id) ? '*' : '',
    model.part,
    model.id,
    megabytes(model.sizeBytes),
    `~${megabytes(model.ramBytesEstimate)}`,
    onDisk.get(model.id) === true ? 'yes' : 'no',
    model.licence,
    model.description,
  ]);
  return table([['', 'part', 'model', 'size', 'memory (estimate)', 'here', 'licence', ''], ...rows]);
}

/** Which model plays which part and why, and what the next better one would need. */
export function selectionLines(choices: readonly ModelChoice[]): string[] {
  return choices.flatMap(({ part, model, reason, better }) => [
    `${part.padEnd(11)} ${model.id} (${reason})`,
    ...(better ? [`${' '.repeat(11)}   better: ${better.model.id}, ${better.needs}`] : []),
  ]);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
