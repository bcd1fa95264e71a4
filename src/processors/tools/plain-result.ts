/** What can be written as JSON. */
export type PlainValue =
  string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

export interface PlainResult {
  readonly value: PlainValue;
  /** True when there was more than fits. */
  readonly shortened: boolean;
}

/** What stands for what is left out. */
const ellipsis = '…';
const maxDepth = 32;

/**
 * What a tool has given back, as plain JSON of bounded size, at a cost that is bounded by the same size. Values that
 * JSON lacks are written as JSON.stringify does it; long texts and lists lose their ends.
 *
 * @param maxChars most characters of the whole, about
 * @throws TypeError for a circle, a BigInt, or what throws when it is read
 */
export function plainResult(value: unknown, maxChars: number): PlainResult {
  const writer = new Writer(maxChars);
  const plain = writer.write(value, '', []);
  return { value: plain === undefined ? null : plain, shortened: writer.shortened };
}

class Writer {
  shortened = false;
  #left: number;

  constructor(maxChars: number) {
    this.#left = maxChars;
  }

  /** @returns undefined for what JSON leaves out */
  write(given: unknown, key: string, within: readonly object[]): PlainValue | undefined {
    const value = hasToJson(given) ? given.toJSON(key) : given;
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        this.#left -= 8;
        return Number.isFinite(value) ? value : null;
      case 'boolean':
        this.#left -= 5;
        return value;
      case 'bigint':
        throw new TypeError('a BigInt');
      case 'object':
        break;
      default:
        return undefined;
    }
    if (value === null) return null;
    if (within.includes(value)) throw new TypeError('a circle');
    if (within.length >= maxDepth) {
      this.shortened = true;
      return ellipsis;
    }
    return Array.isArray(value)
      ? this.#list(value, [...within, value])
      : this.#fields(value, [...within, value]);
  }

  #text(text: string): string {
    const kept = text.slice(0, Math.max(0, this.#left));
    this.#left -= kept.length + 2;
    if (kept.length === text.length) return text;
    this.shortened = true;
    // Half of a surrogate pair is no text.
    return `${kept.replace(/[\uD800-\uDBFF]$/u, '')}${ellipsis}`;
  }

  #list(list: readonly unknown[], within: readonly object[]): PlainValue[] {
    const plain: PlainValue[] = [];
    for (let i = 0; i < list.length; i += 1) {
      if (this.#full()) return [...plain, ellipsis];
      plain.push(this.write(list[i], String(i), within) ?? null);
    }
    return plain;
  }

  #fields(fields: object, within: readonly object[]): PlainValue {
    const plain: Record<string, PlainValue> = {};
    for (const key in fields) {
      if (!Object.hasOwn(fields, key)) continue;
      if (this.#full()) break;
      const value = this.write((fields as Record<string, unknown>)[key], key, within);
      if (value === undefined) continue;
      this.#left -= key.length + 4;
      // An own field of any name, `__proto__` among them.
      Object.defineProperty(plain, this.#key(key), {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return plain;
  }

  #key(key: string): string {
    return key.length <= 200 ? key : `${key.slice(0, 200)}${ellipsis}`;
  }

  #full(): boolean {
    if (this.#left > 0) return false;
    this.shortened = true;
    return true;
  }
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}
