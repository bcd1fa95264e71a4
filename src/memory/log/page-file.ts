import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The pages of an LMDB file, read without LMDB, which believes what it reads: a wrong byte in a page header can end
 * the process. The layout is that of LMDB's data format 2, 64 bits, little-endian (`mdb.c` of the `lmdb` package).
 */
export const pageHeaderBytes = 24;
const magic = 0xbeefc0de;
const dataVersion = 2;
/** Flags of a page. */
export const branchPage = 1;
export const leafPage = 2;
export const overflowPage = 4;
/** Flags of a node. */
export const bigData = 1;
export const subDatabase = 2;

export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Infinity when the tree is empty. */
  readonly root: number;
}

export interface Meta {
  readonly pageBytes: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

export interface Node {
  readonly flags: number;
  readonly key: Buffer;
  /** Of a branch: the page below. */
  readonly page: number;
  /** Of a leaf: the bytes in the page, which for {@link bigData} name another. */
  readonly inline: Buffer;
  readonly dataBytes: number;
}

/** What is wrong with a file, in words without content. */
export class PageFault extends Error {}

export class PageFile {
  readonly bytes: number;
  readonly pageBytes: number;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.bytes = fstatSync(this.#fd).size;
    // Both metas say how large pages are; before one is believed, the usual sizes are tried.
    this.pageBytes = [4096, 16_384, 8192, 32_768, 65_536].find((size) => this.#sizeSaidBy(size)) ?? 4096;
  }

  close(): void {
    closeSync(this.#fd);
  }

  get pages(): number {
    return Math.floor(this.bytes / this.pageBytes);
  }

  /** @throws PageFault when the file does not have them all */
  read(page: number, pages = 1): Buffer {
    const length = pages * this.pageBytes;
    if (!Number.isInteger(page) || page < 0 || page * this.pageBytes + length > this.bytes)
      throw new PageFault(`page ${page} is beyond the end of the file`);
    return this.#bytesAt(page * this.pageBytes, length);
  }

  /** The newer of the two descriptions of the database. @throws PageFault unless they are as LMDB leaves them */
  meta(): Meta {
    const [even, odd] = [this.#meta(0), this.#meta(1)];
    const isNew = even.transaction === 0 && odd.transaction <= 1;
    const isPair = even.transaction % 2 === 0 && odd.transaction % 2 === 1;
    if (!isNew && !(isPair && Math.abs(even.transaction - odd.transaction) === 1))
      throw new PageFault('the two heads of the file do not belong together');
    return even.transaction > odd.transaction ? even : odd;
  }

  /** @throws PageFault when a node lies outside its page */
  nodes(page: Buffer): Node[] {
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    const isLeaf = (page.readUInt16LE(18) & leafPage) !== 0;
    const room = page.length - pageHeaderBytes;
    if (lower > upper || upper > room || lower % 2 !== 0) throw new PageFault('a page has wrong bounds');
    const nodes: Node[] = [];
    let used = 0;
    for (let i = 0; i < lower / 2; i++) {
      const offset = page.readUInt16LE(pageHeaderBytes + 2 * i);
      if (offset < upper || offset + 8 > room) throw new PageFault('a node lies outside its page');
      const at = pageHeaderBytes + offset;
      const flags = page.readUInt16LE(at + 4);
      const keyEnd = at + 8 + page.readUInt16LE(at + 6);
      const dataBytes = page.readUInt32LE(at);
      const inlineBytes = !isLeaf ? 0 : flags & bigData ? 24 : dataBytes;
      const end = keyEnd + inlineBytes;
      if (end > page.length || (isLeaf && flags > 7)) throw new PageFault('a node lies outside its page');
      used += end - at + ((end - at) % 2);
      nodes.push({
        flags,
        key: page.subarray(at + 8, keyEnd),
        page: isLeaf ? 0 : dataBytes + flags * 2 ** 32,
        inline: page.subarray(keyEnd, end),
        dataBytes,
      });
    }
    if (used > room - upper) throw new PageFault('nodes of a page overlap');
    return nodes;
  }

  tree(bytes: Buffer): Tree {
    const root = bytes.readBigUInt64LE(40);
    return {
      flags: bytes.readUInt16LE(4),
      depth: bytes.readUInt16LE(6),
      branchPages: number64(bytes, 8),
      leafPages: number64(bytes, 16),
      overflowPages: number64(bytes, 24),
      entries: number64(bytes, 32),
      root: root === 2n ** 64n - 1n ? Infinity : Number(root),
    };
  }

  #meta(page: number): Meta {
    const bytes = this.read(page).subarray(pageHeaderBytes);
    if (bytes.readUInt32LE(0) !== magic || (bytes.readUInt32LE(4) & 0xffff) !== dataVersion)
      throw new PageFault('the file does not begin as a database');
    const lastPage = number64(bytes, 120);
    if (
      number64(bytes, 8) !== 0 ||
      number64(bytes, 16) < lastPage * this.pageBytes ||
      number64(bytes, 16) > 2 ** 46
    )
      throw new PageFault('the head of the file has wrong sizes');
    if (bytes.readUInt32LE(24) !== this.pageBytes) throw new PageFault('pages have an unknown size');
    return {
      pageBytes: this.pageBytes,
      free: this.tree(bytes.subarray(24)),
      main: this.tree(bytes.subarray(72)),
      lastPage,
      transaction: number64(bytes, 128),
    };
  }

  #sizeSaidBy(size: number): boolean {
    if (this.bytes < 2 * size) return false;
    return [0, size].some((at) => {
      const bytes = this.#bytesAt(at + pageHeaderBytes, 28);
      return bytes.readUInt32LE(0) === magic && bytes.readUInt32LE(24) === size;
    });
  }

  #bytesAt(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#fd, bytes, done, length - done, position + done);
      if (read === 0) throw new PageFault('the file ends within a page');
      done += read;
    }
    return bytes;
  }
}

function number64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > 2n ** 53n ? Number.MAX_SAFE_INTEGER : Number(value);
}
