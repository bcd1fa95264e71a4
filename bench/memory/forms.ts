import { fromHalves, toHalves } from '../../src/memory/forms/f16.js';
import { bind, CleanUpMemory, randomVector, superpose, unbind } from '../../src/memory/forms/holographic.js';
import { fitPca, type Pca } from '../../src/memory/forms/pca.js';
import { fromBands, toBands } from '../../src/memory/forms/wavelet.js';
import { inclusionProof, verifyInclusion } from '../../src/memory/proof/mountain-range-proof.js';
import {
  append,
  emptyRange,
  headOf,
  leafHash,
  rangeOver,
  rootOfComplete,
  segmentHeight,
  segmentLeaves,
  type Hash,
} from '../../src/memory/proof/mountain-range.js';
import { ReedSolomon } from '../../src/memory/recovery/reed-solomon.js';
import { quantise } from '../../src/memory/vectors/quantise.js';
import { show, type BenchResult } from '../bench.js';
import { formVectors, type FormVectors } from './form-vectors.js';
import { dot, generator, mean, nearest, recallOf, timed } from './form-measures.js';
import { topicRows } from './topics.js';

type Row = Record<string, string | number>;

/** How many nearest turns must be found again. */
const wanted = 10;

/** What each form of a vector loses and gains, and what proofs and parity cost. */
export async function formsRows(): Promise<Row[]> {
  return [...(await formsRowsOf(await formVectors(process.env['SLOWCAT_LOCOMO']))), ...(await topicRows())];
}

export async function formsRowsOf(vectors: FormVectors): Promise<Row[]> {
  const exact = vectors.questions.map((question) => nearest(vectors.turns, question, wanted));
  const fitted = await timed(() => fitPca(vectors.turns, { dimensions: 192, random: generator(1) }));
  const pca = fitted.result;
  return [
    { form: 'source', of: vectors.source, value: vectors.turns.length, unit: 'turns' },
    { form: 'source', of: 'questions', value: vectors.questions.length, unit: 'questions' },
    { form: 'PCA', of: 'time to fit 192 directions', value: fitted.ms, unit: 'ms' },
    ...compactRows(vectors, exact, pca),
    ...progressiveRows(vectors, exact, pca),
    ...holographicRows(),
    ...proofRows(),
    ...parityRows(),
  ];
}

/** Of int8 and PCA-64 alone: what the table of the memory's benchmark needs. */
export async function compactLosses(vectors: FormVectors): Promise<{
  /** Mean part of the cosine to the vector itself that is lost, in percent. */
  readonly int8Percent: number;
  /** Nearest ten that are not found any more, in percent: by int8, by PCA-64, and when its best 200 are compared exactly. */
  readonly int8Recall: number;
  readonly pcaRecall: number;
  readonly pcaRescored: number;
}> {
  const exact = vectors.questions.map((question) => nearest(vectors.turns, question, wanted));
  const pca = await fitPca(vectors.turns, { dimensions: 64, random: generator(1) });
  const rows = compactRows(vectors, exact, pca, [64]);
  const value = (form: string, of: string): number =>
    Number(rows.find((row) => row['form'] === form && row['of'] === of)?.['value']);
  return {
    int8Percent: value('int8', 'cosine to the vector itself, lost'),
    int8Recall: value('int8', 'recall@10 lost'),
    pcaRecall: value('PCA-64 f16', 'recall@10 lost'),
    pcaRescored: value('PCA-64 f16', 'recall@10 lost, best 200 compared exactly'),
  };
}

/** int8, and PCA with half floats. */
function compactRows(
  { turns, questions }: FormVectors,
  exact: readonly number[][],
  pca: Pca,
  sizes: readonly number[] = [32, 64, 128, 192],
): Row[] {
  const int8 = turns.map((turn) => unit(Float32Array.from(quantise(turn))));
  const errors = int8.map((vector, i) => Math.abs(1 - dot(vector, turns[i]!)));
  const asked = questions.slice(0, 200);
  const differences = asked.flatMap((question) =>
    int8.map((vector, i) => Math.abs(dot(vector, question) - dot(turns[i]!, question))),
  );
  const rows: Row[] = [
    { form: 'int8', of: 'cosine to the vector itself, lost', value: 100 * mean(errors), unit: '%' },
    { form: 'int8', of: 'the same, worst', value: 100 * Math.max(...errors), unit: '%' },
    { form: 'int8', of: 'similarity to a question, mean change', value: mean(differences), unit: 'of 1' },
    { form: 'int8', of: 'recall@10 lost', value: lost(exact, int8, questions), unit: '%' },
  ];
  for (const dimensions of sizes) {
    const shorter = pca.first(dimensions);
    const halves = turns.map((turn) => unit(fromHalves(toHalves(shorter.project(turn)))));
    const projected = questions.map((question) => shorter.project(question));
    rows.push(
      { form: `PCA-${dimensions} f16`, of: 'energy kept', value: 100 * shorter.kept, unit: '%' },
      { form: `PCA-${dimensions} f16`, of: 'bytes a vector', value: 2 * dimensions, unit: 'B' },
      {
        form: `PCA-${dimensions} f16`,
        of: 'recall@10 lost',
        value: lost(exact, halves, projected),
        unit: '%',
      },
    );
    if (dimensions > 64) continue;
    // As a first look, whose best are then compared exactly.
    for (const shortlist of [50, 200]) {
      const found = projected.map((question, q) => {
        const near = nearest(halves, question, shortlist);
        const best = nearest(
          near.map((doc) => turns[doc]!),
          questions[q]!,
          wanted,
        );
        return best.map((at) => near[at]!);
      });
      const value = 100 * (1 - recallOf(exact, found));
      rows.push({
        form: `PCA-${dimensions} f16`,
        of: `recall@10 lost, best ${shortlist} compared exactly`,
        value,
        unit: '%',
      });
    }
  }
  return rows;
}

/** Levels 0 to 4: by wavelets of the vector as it is, and by its first principal components, equally many numbers. */
function progressiveRows({ turns, questions }: FormVectors, exact: readonly number[][], pca: Pca): Row[] {
  const rows: Row[] = [];
  for (let level = 0; level <= 4; level++) {
    const rebuilt = turns.map((turn) => fromBands(toBands(turn).slice(0, level + 1)));
    const numbers = 24 * 2 ** level;
    const error = mean(rebuilt.map((vector, i) => distance(vector, turns[i]!)));
    rows.push(
      { form: `wavelet level ${level}`, of: `error with ${numbers} numbers`, value: error, unit: 'of 1' },
      {
        form: `wavelet level ${level}`,
        of: 'recall@10',
        value: 100 - lost(exact, rebuilt.map(unit), questions),
        unit: '%',
      },
    );
    if (level === 4) continue;
    const shorter = pca.first(numbers);
    const restored = turns.map((turn) => shorter.restore(shorter.project(turn)));
    const pcaError = mean(restored.map((vector, i) => distance(vector, turns[i]!)));
    rows.push(
      { form: `PCA level ${level}`, of: `error with ${numbers} numbers`, value: pcaError, unit: 'of 1' },
      {
        form: `PCA level ${level}`,
        of: 'recall@10',
        value: 100 - lost(exact, restored.map(unit), questions),
        unit: '%',
      },
    );
  }
  return rows;
}

/** How often a role's filler is told right among 1,000, with so many pairs in one trace. */
function holographicRows(): Row[] {
  const rows: Row[] = [];
  const random = generator(7);
  for (const dimensions of [64, 128, 256, 512, 1024, 2048]) {
    const memory = new CleanUpMemory<number>();
    const fillers = Array.from({ length: 1_000 }, (_, i) => {
      const vector = randomVector(dimensions, random);
      memory.add(i, vector);
      return vector;
    });
    const row: Row = {
      form: `holographic ${dimensions}`,
      of: 'fillers told right, 3 / 6 / 12 pairs',
      unit: '%',
    };
    const shares = [3, 6, 12].map((pairs) => {
      let right = 0;
      let asked = 0;
      while (asked < 120) {
        const bound = Array.from({ length: pairs }, () => {
          const filler = Math.floor(random() * fillers.length);
          return { role: randomVector(dimensions, random), filler };
        });
        const trace = superpose(bound.map(({ role, filler }) => bind(role, fillers[filler]!)));
        for (const { role, filler } of bound) {
          asked++;
          if (memory.nearest(unbind(trace, role))?.item === filler) right++;
        }
      }
      return (100 * right) / asked;
    });
    rows.push({ ...row, value: shares.map((share) => share.toFixed(0)).join(' / ') });
  }
  return rows;
}

function proofRows(): Row[] {
  const count = 1_000_000;
  const salt = new Uint8Array(16);
  const record = new Uint8Array(200);
  const appends = 20_000;
  let range = emptyRange;
  const appendMs = elapsed(() => {
    for (let i = 0; i < appends; i++) range = append(range, leafHash(salt, record));
  });
  const leaf = leafHash(salt, record);
  const segment = rootOfComplete(Array.from({ length: segmentLeaves }, () => leaf));
  const large = rangeOver(
    { leaf: () => leaf, root: (h) => (h === segmentHeight ? segment : undefined) },
    65_536,
  ).peaks;
  const kept = new Map<number, Hash | undefined>([
    [segmentHeight, segment],
    [2 * segmentHeight, large[0]],
  ]);
  const proofs = [segmentHeight, 2 * segmentHeight].map((highest) => {
    let reads = 0;
    const source = {
      leaf: (): Hash => (reads++, leaf),
      root: (height: number): Hash | undefined => {
        const root = height <= highest ? kept.get(height) : undefined;
        if (root !== undefined) reads++;
        return root;
      },
    };
    let proof = inclusionProof(source, 0, count);
    const readsOfOne = reads;
    const ms = elapsed(() => {
      for (let i = 0; i < 20; i++) proof = inclusionProof(source, i * 49_999, count);
    });
    return { source, proof, reads: readsOfOne, ms: ms / 20 };
  });
  const [fromSegments, fromLarge] = [proofs[0]!, proofs[1]!];
  const { proof } = fromLarge;
  const head = headOf(rangeOver(fromLarge.source, count));
  const verifyMs = elapsed(() => {
    for (let i = 0; i < 200; i++) if (!verifyInclusion(head, proof)) throw new Error('a proof does not hold');
  });
  return [
    {
      form: 'proof',
      of: 'leaf and append, 200-byte record',
      value: (1_000 * appendMs) / appends,
      unit: 'us',
    },
    { form: 'proof', of: 'inclusion among 1,000,000, roots of 256 kept', value: fromSegments.ms, unit: 'ms' },
    { form: 'proof', of: 'hashes read for it', value: fromSegments.reads, unit: 'hashes' },
    { form: 'proof', of: 'the same, roots of 65,536 kept too', value: fromLarge.ms, unit: 'ms' },
    { form: 'proof', of: 'hashes read for it', value: fromLarge.reads, unit: 'hashes' },
    { form: 'proof', of: 'bytes of JSON', value: JSON.stringify(proof).length, unit: 'B' },
    { form: 'proof', of: 'verify', value: (1_000 * verifyMs) / 200, unit: 'us' },
  ];
}

function parityRows(): Row[] {
  const code = new ReedSolomon();
  return [1_000, 10_000, 100_000].flatMap((bytes) => {
    const random = generator(bytes);
    const data = Array.from({ length: 10 }, () => Uint8Array.from({ length: bytes }, () => 256 * random()));
    const rounds = Math.ceil(2e6 / bytes);
    const pieces = [...data, ...code.encode(data)];
    const damaged = pieces.map((piece, i) => ([0, 3, 5, 11].includes(i) ? undefined : piece));
    const encodeMs = elapsed(() => {
      for (let i = 0; i < rounds; i++) code.encode(data);
    });
    const rebuildMs = elapsed(() => {
      for (let i = 0; i < rounds; i++) code.reconstruct(damaged);
    });
    const megabytes = (10 * bytes * rounds) / 1e6;
    const form = `Reed-Solomon 10+4, pieces of ${bytes} B`;
    return [
      { form, of: 'make parity', value: (1_000 * megabytes) / encodeMs, unit: 'MB of data/s' },
      { form, of: 'rebuild four lost', value: (1_000 * megabytes) / rebuildMs, unit: 'MB of data/s' },
    ];
  });
}

function lost(
  exact: readonly number[][],
  turns: readonly Float32Array[],
  questions: readonly Float32Array[],
): number {
  const found = questions.map((question) => nearest(turns, question, wanted));
  return 100 * (1 - recallOf(exact, found));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

function distance(one: Float32Array, other: Float32Array): number {
  return Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0));
}

function elapsed(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

export async function run(): Promise<BenchResult> {
  return { name: 'memory forms', unit: 'as told', rows: await formsRows(), notes: [] };
}

if (process.argv[1] === import.meta.filename) show(await run());
