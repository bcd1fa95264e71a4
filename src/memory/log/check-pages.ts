import { setImmediate } from 'node:timers/promises';

import {
  bigData,
  branchPage,
  leafPage,
  overflowPage,
  PageFault,
  PageFile,
  subDatabase,
  type Node,
  type Tree,
} from './page-file.js';

/** What a whole file holds, as far as it matters before it is opened. */
export interface CheckedFile {
  readonly tables: ReadonlySet<string>;
  /** The bytes under `format` in the table `meta`, if there are any. */
  readonly format: Buffer | undefined;
}

const sliceMs = 2;
/** Writers may change pages while they are read; then the check begins again, with the newer state. */
const attempts = 20;

/**
 * Walks over all pages of a database, so that LMDB never meets a damaged one: each in its place and used once, nodes
 * within their pages, keys in order, counts as they are said to be.
 * @throws PageFault
 */
export async function checkPages(path: string): Promise<CheckedFile> {
  for (let attempt = 1; ; attempt++) {
    const file = new PageFile(path);
    let transaction: number | undefined;
    try {
      transaction = file.meta().transaction;
      return await new Walk(file).run();
    } catch (error) {
      const isMoving = transaction !== undefined && transaction !== transactionOf(path);
      if (!(error instanceof PageFault) || !isMoving || attempt === attempts) throw error;
    } finally {
      file.close();
    }
  }
}

function transactionOf(path: string): number | undefined {
  const file = new PageFile(path);
  try {
    return file.meta().transaction;
  } catch {
    return undefined;
  } finally {
    file.close();
  }
}

class Walk {
  readonly #file: PageFile;
  readonly #used: Uint8Array;
  readonly #tables = new Map<string, Tree>();
  readonly #lastPage: number;
  #format: Buffer | undefined;
  #sliceEndMs = performance.now() + sliceMs;

  constructor(file: PageFile) {
    this.#file = file;
    this.#lastPage = file.meta().lastPage;
    if (this.#lastPage > 2 ** 32) throw new PageFault('the head of the file has wrong sizes');
    this.#used = new Uint8Array(this.#lastPage + 1);
    this.#used.fill(1, 0, 2);
  }

  async run(): Promise<CheckedFile> {
    const { main, free } = this.#file.meta();
    await this.#walk(main, 'main', (node) => {
      if (!(node.flags & subDatabase)) throw new PageFault('an entry is in no table');
      this.#tables.set(node.key.toString('latin1').replace(/\0$/, ''), this.#file.tree(node.inline));
    });
    for (const [name, tree] of this.#tables) {
      await this.#walk(tree, name, (node) => {
        // With versions, as the heads have them, eight bytes stand in front; the format has none.
        if (name === 'meta' && node.key.toString('latin1') === 'format')
          this.#format = Buffer.from(node.inline);
      });
    }
    const listed: Buffer[] = [];
    await this.#walk(free, 'free', (node) => listed.push(this.#data(node)));
    listed.forEach((list) => this.#checkFree(list));
    return { tables: new Set(this.#tables.keys()), format: this.#format };
  }

  async #walk(tree: Tree, name: string, visit: (node: Node) => void): Promise<void> {
    const counts = { branch: 0, leaf: 0, overflow: 0, entries: 0 };
    // Tables whose keys are numbers in the machine's order are not sorted byte by byte.
    const isOrdered = (tree.flags & 0x08) === 0 && name !== 'free' && name !== 'main';
    let last: Buffer | undefined;
    const stack =
      tree.root === Infinity ? [] : [{ page: tree.root, level: 1, low: undefined as Buffer | undefined }];
    while (stack.length > 0) {
      const { page: number, level, low } = stack.pop() ?? { page: 0, level: 0, low: undefined };
      const page = this.#take(number, 1);
      const flags = page.readUInt16LE(18);
      if (flags !== (level === tree.depth ? leafPage : branchPage))
        throw new PageFault(`page ${number} is of a wrong kind`);
      const nodes = this.#file.nodes(page);
      if (nodes.length === 0) throw new PageFault(`page ${number} is empty`);
      if (flags === branchPage) {
        if (nodes.length < 2) throw new PageFault(`page ${number} has a single branch`);
        counts.branch++;
        for (const [i, node] of [...nodes.entries()].reverse())
          stack.push({ page: node.page, level: level + 1, low: i === 0 ? low : node.key });
        continue;
      }
      counts.leaf++;
      counts.entries += nodes.length;
      for (const [i, node] of nodes.entries()) {
        const isAfter = (other: Buffer | undefined, orSame: boolean): boolean =>
          other === undefined || Buffer.compare(node.key, other) > (orSame ? -1 : 0);
        if (isOrdered && !(isAfter(last, false) && (i > 0 || isAfter(low, true))))
          throw new PageFault(`keys of page ${number} are not in order`);
        last = node.key;
        if (node.flags & bigData) counts.overflow += this.#big(node);
        visit(node);
      }
      await this.#breathe();
    }
    if (
      counts.entries !== tree.entries ||
      counts.branch !== tree.branchPages ||
      counts.leaf !== tree.leafPages ||
      counts.overflow !== tree.overflowPages
    )
      throw new PageFault('a table has another size than it is said to have');
  }

  /** Checks where a long value lies. Returns the number of its pages. */
  #big(node: Node): number {
    const first = Number(node.inline.readBigUInt64LE(0));
    const pages = Number(node.inline.readBigUInt64LE(16));
    const room = pages * this.#file.pageBytes - 24;
    if (node.dataBytes > room || node.dataBytes <= room - this.#file.pageBytes)
      throw new PageFault('a long value has a wrong size');
    const header = this.#take(first, pages);
    if (header.readUInt16LE(18) !== overflowPage || header.readUInt32LE(20) !== pages)
      throw new PageFault(`page ${first} is of a wrong kind`);
    return pages;
  }

  #data(node: Node): Buffer {
    if (!(node.flags & bigData)) return node.inline;
    const pages = Number(node.inline.readBigUInt64LE(16));
    return this.#file.read(Number(node.inline.readBigUInt64LE(0)), pages).subarray(24, 24 + node.dataBytes);
  }

  /** Marks pages as used and gives the first of them. */
  #take(page: number, pages: number): Buffer {
    if (!(page >= 2 && page + pages - 1 <= this.#lastPage)) throw new PageFault(`there is no page ${page}`);
    for (let i = page; i < page + pages; i++) {
      if (this.#used[i]) throw new PageFault(`page ${i} is used twice`);
      this.#used[i] = 1;
    }
    // The last of them must be in the file as well.
    if (pages > 1) this.#file.read(page + pages - 1);
    const bytes = this.#file.read(page);
    if (bytes.readBigUInt64LE(0) !== BigInt(page))
      throw new PageFault(`page ${page} is not where it belongs`);
    return bytes;
  }

  /** A list of free pages: a count, then page numbers; a negative one is the length of a run whose first page follows. */
  #checkFree(list: Buffer): void {
    const count = Number(list.readBigUInt64LE(0));
    if (8 * (count + 1) > list.length) throw new PageFault('a list of free pages is too short');
    for (let i = 1; i <= count; i++) {
      const entry = Number(list.readBigInt64LE(8 * i));
      if (entry === 0) continue;
      const length = entry < 0 ? -entry : 1;
      const page = entry < 0 && i < count ? Number(list.readBigInt64LE(8 * ++i)) : entry;
      for (let j = page; j < page + length; j++) {
        if (!(j >= 2 && j <= this.#lastPage) || this.#used[j])
          throw new PageFault(`page ${j} is free and in use at once`);
        this.#used[j] = 1;
      }
    }
  }

  async #breathe(): Promise<void> {
    if (performance.now() < this.#sliceEndMs) return;
    await setImmediate();
    this.#sliceEndMs = performance.now() + sliceMs;
  }
}
