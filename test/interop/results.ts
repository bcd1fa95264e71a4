import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { installFolder } from './clients.js';

/** Where the tests of a file write down which cells of the table have passed. */
const fileOf = (name: string): string => `${installFolder(name)}.results.json`;

/** Cells that passed in the last run, as `row|column`. */
export class Results {
  readonly #passed = new Set<string>();

  passed(row: string, column: string): void {
    this.#passed.add(`${row}|${column}`);
  }

  has(row: string, column: string): boolean {
    return this.#passed.has(`${row}|${column}`);
  }

  write(name: string): void {
    mkdirSync(dirname(fileOf(name)), { recursive: true });
    writeFileSync(fileOf(name), JSON.stringify([...this.#passed]));
  }

  /** Adds what the last run of these tests has written; throws where they never ran. */
  read(name: string): this {
    for (const cell of JSON.parse(readFileSync(fileOf(name), 'utf8')) as string[]) this.#passed.add(cell);
    return this;
  }
}
