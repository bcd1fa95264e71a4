import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SlowcatError } from '../errors.js';
import { findModel, parts, type Catalog, type CatalogModel, type Part } from './catalog.js';

/** Model ids by part; parts that are not named follow the rule below them. */
export type ModelIds = Partial<Record<Part, string | undefined>>;

export interface ModelChoice {
  readonly part: Part;
  readonly model: CatalogModel;
  readonly chosenBy: 'flag' | 'saved' | 'default';
  /** One line for a person: why this one. */
  readonly reason: string;
  /** The next better model of the part, with one line on what it needs. */
  readonly better?: { readonly model: CatalogModel; readonly fits: boolean; readonly needs: string };
}

export interface ChooseOptions {
  readonly catalog: Catalog;
  /** Given for this run; wins over `saved`. */
  readonly flags?: ModelIds;
  /** Chosen earlier with `slowcat models use`, see {@link loadSavedChoices}. */
  readonly saved?: ModelIds;
  /** Parts that something else plays, e.g. the LLM when a remote server is used. @defaultValue none */
  readonly without?: readonly Part[];
  /** `os.totalmem()`. */
  readonly totalMemoryBytes: number;
}

/** Of a machine's memory, what the models may take; the rest is for the system, the browser and the memory engine. */
const usableShare = 0.6;

/**
 * Which model plays which part: the flag, else the saved choice, else the catalog's default. An LLM brings the adapter
 * that was trained for it. Nothing here looks at what has been fetched.
 *
 * @throws `SLOWCAT_MODEL_UNKNOWN`; `SLOWCAT_CONFIG_INVALID` for an adapter that does not fit the LLM
 */
export function chooseModels({
  catalog,
  flags = {},
  saved = {},
  without = [],
  totalMemoryBytes,
}: ChooseOptions): ModelChoice[] {
  const wanted = parts.filter((part) => !without.includes(part));
  const chosen = wanted.flatMap((part): Omit<ModelChoice, 'better'>[] => {
    const flag = flags[part];
    if (flag !== undefined) {
      return [
        { part, model: findModel(catalog, flag, part), chosenBy: 'flag', reason: 'given for this run' },
      ];
    }
    const kept = saved[part];
    if (kept !== undefined) {
      return [
        {
          part,
          model: findModel(catalog, kept, part),
          chosenBy: 'saved',
          reason: 'chosen with "slowcat models use"',
        },
      ];
    }
    const model = catalog.models.find((entry) => entry.part === part && entry.default);
    return model ? [{ part, model, chosenBy: 'default', reason: 'default: runs on any machine' }] : [];
  });
  const withAdapter = matchAdapter(chosen);
  const total = withAdapter.reduce((sum, { model }) => sum + model.ramBytesEstimate, 0);
  return withAdapter.map((choice) => {
    const better = nextBetter(catalog, choice.model);
    if (!better) return choice;
    const bytes = total - choice.model.ramBytesEstimate + better.ramBytesEstimate;
    const fits = bytes <= totalMemoryBytes * usableShare;
    return { ...choice, better: { model: better, fits, needs: needsOf(better, fits, totalMemoryBytes) } };
  });
}

/** Drops a default adapter that belongs to another LLM, and refuses one that was asked for. */
function matchAdapter(chosen: readonly Omit<ModelChoice, 'better'>[]): Omit<ModelChoice, 'better'>[] {
  const llm = chosen.find(({ part }) => part === 'llm')?.model;
  return chosen.flatMap((choice) => {
    if (choice.part !== 'adapter') return [choice];
    if (choice.model.adapts === llm?.id)
      return [{ ...choice, reason: `was trained for ${llm?.id ?? 'the LLM'}` }];
    if (choice.chosenBy === 'default') return [];
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      `The adapter ${choice.model.id} fits ${choice.model.adapts ?? 'no listed model'}, not ${llm?.id ?? 'a remote model'}. Choose another LLM or no adapter.`,
    );
  });
}

function nextBetter(catalog: Catalog, model: CatalogModel): CatalogModel | undefined {
  return catalog.models
    .filter((entry) => entry.part === model.part && entry.quality > model.quality)
    .toSorted((a, b) => a.quality - b.quality)[0];
}

function needsOf(model: CatalogModel, fits: boolean, totalMemoryBytes: number): string {
  const download = `a download of ${gigabytes(model.sizeBytes)}`;
  const memory = `about ${gigabytes(model.ramBytesEstimate)} of memory (estimate)`;
  const verdict = fits
    ? `try "slowcat models use ${model.part} ${model.id}"`
    : `more than this machine has to spare (${gigabytes(totalMemoryBytes)} in all)`;
  return `${download} and ${memory}: ${verdict}`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const savedSchema = z.strictObject(
  Object.fromEntries(parts.map((part) => [part, z.string().optional()])) as Record<
    Part,
    z.ZodOptional<z.ZodString>
  >,
);

/** Choices kept in `<dataDir>/models.json`; none when there is no such file. @throws `SLOWCAT_CONFIG_INVALID` */
export async function loadSavedChoices(dataDir: string): Promise<ModelIds> {
  const path = savedFile(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      `${path} cannot be read. Mend or delete it, then choose again with "slowcat models use".`,
      { cause: error },
    );
  }
}

/** Keeps one choice; `undefined` goes back to the default. */
export async function saveChoice(dataDir: string, part: Part, id: string | undefined): Promise<void> {
  const { [part]: _, ...others } = await loadSavedChoices(dataDir);
  const path = savedFile(dataDir);
  await mkdir(dataDir, { recursive: true });
  const next = id === undefined ? others : { ...others, [part]: id };
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(next, null, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

function savedFile(dataDir: string): string {
  return join(dataDir, 'models.json');
}
