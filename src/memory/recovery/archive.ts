import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isRunning } from '../log/presence.js';
import { userPrefixBytes } from '../user-id.js';
import {
  checkOf,
  dataPieces,
  encodePiece,
  groupPieces,
  isSameCheck,
  noPiece,
  putFile,
  readPiece,
  type Piece,
  type PieceCheck,
} from './piece-file.js';
import { parityOf, restored } from './sliced-code.js';
import { decodeUses, encodeUses, useCopies, type GroupUses } from './use-file.js';

/** What a group's files still give. */
export interface GroupContent {
  /** By index, 0..9: what the pieces hold, read or rebuilt; undefined for those that never were or are lost. */
  readonly payloads: readonly (Buffer | undefined)[];
  /** Indexes of data pieces whose existence is known and whose content is not. */
  readonly lost: readonly number[];
  /** Files, 0..13, that are damaged, missing, or of another time than the rest. */
  readonly badFiles: readonly number[];
}

/**
 * The files beside the database from which it can be built again: a folder for each user, named by the hash of the
 * id, and in it up to 14 files for each group of ten segments. Any four of them may be lost.
 */
export class Archive {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The users who have files, as their prefixes. */
  async users(): Promise<Buffer[]> {
    const names = await list(this.#folder);
    return names.filter(isPrefixName).map((name) => Buffer.from(name, 'hex'));
  }

  /** A user's groups, in order. */
  groups(prefix: Buffer): Promise<number[]> {
    return this.#numbers(prefix, /^(\d+)-\d\d\.piece$/);
  }

  /** Those of a user's groups of which uses are kept, in order. */
  usedGroups(prefix: Buffer): Promise<number[]> {
    return this.#numbers(prefix, /^(\d+)-\d\.uses$/);
  }

  /** Makes what is kept of a group's uses this; what is so already is left alone. */
  async writeUses(prefix: Buffer, group: number, uses: GroupUses): Promise<void> {
    const bytes = uses.length === 0 ? undefined : encodeUses(prefix, group, uses);
    if (bytes) await this.#makeFolder(prefix);
    for (let copy = 0; copy < useCopies; copy++) {
      const path = this.#usesPath(prefix, group, copy);
      if (!bytes) await rm(path, { force: true });
      else if ((await contentOf(path))?.equals(bytes) !== true) await putFile(path, bytes);
    }
  }

  /** The uses of a group's turns as they were kept last, from the first file that is whole. */
  async readUses(prefix: Buffer, group: number): Promise<GroupUses> {
    for (let copy = 0; copy < useCopies; copy++) {
      const bytes = await contentOf(this.#usesPath(prefix, group, copy));
      const uses = bytes && decodeUses(bytes, prefix, group);
      if (uses) return uses;
    }
    return [];
  }

  /**
   * Makes a group's files those of the given payloads; what is so already is left alone.
   * @param payloads ten, undefined where there is none yet
   * @returns the number of files that were written or removed
   */
  async write(prefix: Buffer, group: number, payloads: readonly (Buffer | undefined)[]): Promise<number> {
    await this.#makeFolder(prefix);
    const files = await this.#read(prefix, group);
    const layout = payloads.map((payload) => (payload ? checkOf(payload) : noPiece));
    let written = 0;
    for (const [index, payload] of payloads.entries()) {
      const check = layout[index] ?? noPiece;
      const file = files[index];
      if (payload === undefined) {
        if (file?.state === 'missing') continue;
        await rm(this.#path(prefix, group, index), { force: true });
      } else {
        if (file?.state === 'good' && isSameCheck(checkOf(file.piece.payload), check)) continue;
        await this.#write({ kind: 'data', prefix, group, index, payload });
      }
      written++;
    }
    const parityIsGood = files.slice(dataPieces).every((file) => {
      return file.state === 'good' && file.piece.kind === 'parity' && isSameLayout(file.piece.layout, layout);
    });
    if (parityIsGood) return written;
    const parity = await parityOf(payloads.map((payload) => payload ?? Buffer.alloc(0)));
    for (const [i, payload] of parity.entries()) {
      const file = files[dataPieces + i];
      if (file?.state === 'good' && file.piece.kind === 'parity' && isSameLayout(file.piece.layout, layout))
        continue;
      await this.#write({ kind: 'parity', prefix, group, index: dataPieces + i, layout, payload });
      written++;
    }
    return written;
  }

  /** Reads a group, checks every byte of it and rebuilds what is missing, as far as that goes. */
  async read(prefix: Buffer, group: number): Promise<GroupContent> {
    const files = await this.#read(prefix, group);
    const data = files
      .slice(0, dataPieces)
      .map((file) => (file.state === 'good' ? file.piece.payload : undefined));
    const checks = data.map((payload) => (payload ? checkOf(payload) : noPiece));
    const layouts: { layout: readonly PieceCheck[]; parity: (Buffer | undefined)[] }[] = [];
    for (const file of files.slice(dataPieces)) {
      if (file.state !== 'good' || file.piece.kind !== 'parity') continue;
      const { layout, index, payload } = file.piece;
      let same = layouts.find((other) => isSameLayout(other.layout, layout));
      if (!same) layouts.push((same = { layout, parity: new Array<Buffer | undefined>(4).fill(undefined) }));
      same.parity[index - dataPieces] = payload;
    }
    // Those that agree with the most files first; after a write that was cut short there are two.
    const agreeing = ({ layout, parity }: (typeof layouts)[number]): number =>
      parity.filter((payload) => payload).length +
      layout.filter((check, i) => isSameCheck(check, checks[i] ?? noPiece)).length;
    layouts.sort((a, b) => agreeing(b) - agreeing(a));

    const payloads = [...data];
    const lost = new Set<number>();
    for (const { layout, parity } of layouts) {
      const known = layout.map((check, i) => {
        if (check.length === 0) return Buffer.alloc(0);
        return isSameCheck(check, checks[i] ?? noPiece) ? data[i] : undefined;
      });
      const absent = known.flatMap((payload, i) =>
        payload === undefined && data[i] === undefined ? [i] : [],
      );
      if (
        known.filter((payload) => payload === undefined).length > parity.filter((payload) => payload).length
      ) {
        absent.forEach((i) => lost.add(i));
        continue;
      }
      if (absent.length === 0) continue;
      const length = Math.max(...layout.map((check) => check.length));
      const all = await restored([...known, ...parity], length);
      for (const i of absent) {
        const payload = all[i]?.subarray(0, layout[i]?.length ?? 0);
        if (payload && layout[i] && isSameCheck(checkOf(payload), layout[i])) payloads[i] ??= payload;
      }
    }
    files.forEach((file, i) => {
      if (i < dataPieces && file.state === 'bad') lost.add(i);
    });
    payloads.forEach((payload, i) => {
      if (payload) lost.delete(i);
    });
    const wanted = payloads.map((payload) => (payload ? checkOf(payload) : noPiece));
    const badFiles = files.flatMap((file, i) => {
      if (file.state === 'bad') return [i];
      if (i < dataPieces) return file.state === 'missing' && payloads[i] !== undefined ? [i] : [];
      const isCurrent =
        file.state === 'good' && file.piece.kind === 'parity' && isSameLayout(file.piece.layout, wanted);
      return isCurrent ? [] : [i];
    });
    return { payloads, lost: [...lost].sort((a, b) => a - b), badFiles };
  }

  /** Removes a user's files, or those from a group on. */
  async remove(prefix: Buffer, fromGroup = 0): Promise<void> {
    if (fromGroup === 0) {
      await rm(this.#userFolder(prefix), { recursive: true, force: true });
      return;
    }
    for (const group of await this.groups(prefix)) {
      if (group < fromGroup) continue;
      for (let index = 0; index < groupPieces; index++)
        await rm(this.#path(prefix, group, index), { force: true });
    }
    for (const group of await this.usedGroups(prefix))
      if (group >= fromGroup) await this.writeUses(prefix, group, []);
  }

  /** Removes what a process that was killed while it wrote has left behind. */
  async sweep(prefix: Buffer): Promise<void> {
    for (const name of await list(this.#userFolder(prefix))) {
      const pid = /\.(\d+)-\d+\.tmp$/.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid)))
        await rm(join(this.#userFolder(prefix), name), { force: true });
    }
  }

  async #read(prefix: Buffer, group: number): ReturnType<typeof readGroup> {
    return readGroup(prefix, group, (index) => this.#path(prefix, group, index));
  }

  async #write(piece: Piece): Promise<void> {
    await putFile(this.#path(piece.prefix, piece.group, piece.index), encodePiece(piece));
  }

  async #makeFolder(prefix: Buffer): Promise<void> {
    await mkdir(this.#userFolder(prefix), { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
  }

  #userFolder(prefix: Buffer): string {
    return join(this.#folder, prefix.toString('hex'));
  }

  #path(prefix: Buffer, group: number, index: number): string {
    const name = `${String(group).padStart(6, '0')}-${String(index).padStart(2, '0')}.piece`;
    return join(this.#userFolder(prefix), name);
  }

  #usesPath(prefix: Buffer, group: number, copy: number): string {
    return join(this.#userFolder(prefix), `${String(group).padStart(6, '0')}-${copy}.uses`);
  }

  async #numbers(prefix: Buffer, pattern: RegExp): Promise<number[]> {
    const groups = (await list(this.#userFolder(prefix))).map((name) => pattern.exec(name)?.[1]);
    return [...new Set(groups.filter((group) => group !== undefined).map(Number))].sort((a, b) => a - b);
  }
}

/** Reads a group's files; one that stands in another's place counts as bad. */
async function readGroup(
  prefix: Buffer,
  group: number,
  pathOf: (index: number) => string,
): Promise<Awaited<ReturnType<typeof readPiece>>[]> {
  const files: Awaited<ReturnType<typeof readPiece>>[] = [];
  for (let index = 0; index < groupPieces; index++) {
    const file = await readPiece(pathOf(index));
    const isInPlace =
      file.state !== 'good' ||
      (file.piece.index === index &&
        file.piece.group === group &&
        file.piece.kind === (index < dataPieces ? 'data' : 'parity') &&
        Buffer.compare(file.piece.prefix, prefix) === 0);
    files.push(isInPlace ? file : { state: 'bad' });
  }
  return files;
}

function isSameLayout(one: readonly PieceCheck[], other: readonly PieceCheck[]): boolean {
  return one.every((check, i) => isSameCheck(check, other[i] ?? noPiece));
}

function isPrefixName(name: string): boolean {
  return name.length === 2 * userPrefixBytes && /^[0-9a-f]*$/.test(name);
}

/** A file's bytes; undefined when it is not there or cannot be read. */
async function contentOf(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
