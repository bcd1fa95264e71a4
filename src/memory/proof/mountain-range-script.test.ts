import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
  withRecord,
  type ConsistencyProof,
  type InclusionProof,
} from './mountain-range-proof.js';
import { emptyRange, headOf, leafHash, rangeOver, type Hash } from './mountain-range.js';

/** Shown to users as proof that they need not trust this code: it must agree with it, and import nothing of it. */
const script = join(import.meta.dirname, '../../../docs/verify-proof.mjs');

const salt = Buffer.alloc(16, 0xab);
const record = (index: number): Buffer => Buffer.from(`turn ${index} \u{1f415}\0`);
const leaves = Array.from({ length: 300 }, (_, i) => leafHash(salt, record(i)));
const headAt = (size: number): Hash => headOf(rangeOver(leaves, size));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slowcat-verify-proof-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What the script says of a proof: its word and its exit code. */
async function verdict(proof: unknown, ...heads: readonly Uint8Array[]): Promise<[string, number]> {
  const file = join(folder, `${files++}.json`);
  await writeFile(file, typeof proof === 'string' ? proof : JSON.stringify(proof));
  return run(file, ...heads.map(hex));
}

async function run(...args: readonly string[]): Promise<[string, number]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout) => {
      resolve([stdout, error === null ? 0 : Number(error.code)]);
    });
  });
}

const valid: [string, number] = ['valid\n', 0];
const invalid: [string, number] = ['invalid\n', 1];
const flipped = (text: string): string => (text.startsWith('0') ? '1' : '0') + text.slice(1);

describe('docs/verify-proof.mjs', () => {
  it('has at most 60 lines and imports only from Node', async () => {
    const text = await readFile(script, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    const imports = text.split('\n').filter((line) => line.startsWith('import'));
    expect(imports.map((line) => /from '(.*)'/.exec(line)?.[1])).toEqual(['node:crypto', 'node:fs']);
    expect(text).not.toMatch(/import\(|require/);
  });

  it('accepts the inclusion of any turn, with and without its record', async () => {
    const cases: [number, number][] = [
      [0, 1],
      [0, 300],
      [255, 256],
      [256, 300],
      [299, 300],
      [6, 7],
    ];
    for (const [index, size] of cases) {
      const proof = inclusionProof(leaves, index, size);
      expect(await verdict(proof, headAt(size))).toEqual(valid);
      expect(await verdict(withRecord(proof, salt, record(index)), headAt(size))).toEqual(valid);
    }
  });

  it('rejects an inclusion proof that was tampered with, as our own verifier does', async () => {
    const proof = withRecord(inclusionProof(leaves, 200, 300), salt, record(200));
    const { salt: _salt, ...saltless } = proof;
    const { record: _record, ...recordless } = proof;
    const tampered: InclusionProof[] = [
      { ...proof, leaf: flipped(proof.leaf) },
      { ...proof, salt: flipped(proof.salt ?? '') },
      { ...proof, salt: '' },
      { ...proof, record: record(201).toString('base64') },
      { ...proof, record: `${proof.record}=` },
      { ...proof, index: 199 },
      { ...proof, leaves: 299 },
      { ...proof, leaves: 2 ** 60 },
      { ...proof, path: proof.path.with(3, flipped(proof.path[3]!)) },
      { ...proof, path: proof.path.with(3, proof.path[3]!.toUpperCase()) },
      { ...proof, path: proof.path.slice(1) },
      { ...proof, path: [...proof.path, proof.leaf] },
      saltless,
      recordless,
    ];
    for (const each of tampered) {
      expect(verifyInclusion(headAt(300), each)).toBe(false);
      expect(await verdict(each, headAt(300))).toEqual(invalid);
    }
    expect(await verdict(proof, headAt(299))).toEqual(invalid);
  });

  it('accepts that a log grew, and nothing else', async () => {
    const cases: [number, number][] = [
      [0, 0],
      [0, 7],
      [1, 300],
      [7, 7],
      [256, 300],
      [255, 300],
      [100, 256],
      [200, 299],
    ];
    for (const [from, to] of cases) {
      expect(await verdict(consistencyProof(leaves, from, to), headAt(from), headAt(to))).toEqual(valid);
    }
    const proof = consistencyProof(leaves, 200, 300);
    const tampered: ConsistencyProof[] = [
      { ...proof, fromRoot: flipped(proof.fromRoot) },
      { ...proof, toRoot: flipped(proof.toRoot) },
      { ...proof, fromLeaves: 199 },
      { ...proof, toLeaves: 299 },
      { ...proof, path: proof.path.with(1, flipped(proof.path[1]!)) },
      { ...proof, path: proof.path.slice(1) },
      { ...proof, path: [...proof.path, proof.toRoot] },
    ];
    for (const each of tampered) {
      expect(verifyConsistency(headAt(200), headAt(300), each)).toBe(false);
      expect(await verdict(each, headAt(200), headAt(300))).toEqual(invalid);
    }
    const forged = leaves.with(5, leafHash(salt, Buffer.from('never said')));
    const newHead = headOf(rangeOver(forged, 300));
    expect(await verdict(consistencyProof(forged, 200, 300), headAt(200), newHead)).toEqual(invalid);
    expect(await verdict({ ...proof, path: [] }, headOf(emptyRange), headAt(300))).toEqual(invalid);
  });

  it('calls invalid what is no proof, and what is missing', async () => {
    const proof = inclusionProof(leaves, 3, 7);
    for (const stranger of ['{', 'null', '{}', '[]', { ...proof, path: null }, { ...proof, path: [3] }]) {
      expect(await verdict(stranger, headAt(7))).toEqual(invalid);
    }
    expect(await verdict(proof)).toEqual(invalid);
    expect(await verdict(proof, headAt(7), headAt(7))).toEqual(invalid);
    expect(await run()).toEqual(invalid);
    expect(await run(join(folder, 'nothing.json'), hex(headAt(7)))).toEqual(invalid);
  });
});
