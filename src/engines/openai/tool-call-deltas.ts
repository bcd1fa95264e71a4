import type { ToolCall } from '../interfaces.js';

/** A piece of a call as servers stream it; local servers leave out what they do not know. */
export interface ToolCallDelta {
  readonly index?: number | undefined;
  readonly id?: string | null | undefined;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null | undefined;
}

interface Collected {
  readonly index: number | undefined;
  id: string;
  name: string;
  text: string;
}

/** Most characters of the arguments of one call; what is more is no call. */
const maxArgumentChars = 100_000;

/**
 * Puts streamed pieces of calls together. Pieces belong to a call by its index; where a server sends none, a new id or
 * a new name begins a new call.
 */
export class ToolCallDeltas {
  readonly #calls: Collected[] = [];

  add(deltas: readonly ToolCallDelta[]): void {
    for (const delta of deltas) this.#add(delta);
  }

  /** The calls, in the order in which they began. Those without a name are left out. */
  calls(): ToolCall[] {
    return this.#calls
      .filter(({ name }) => name !== '')
      .map(({ id, name, text }, at) => ({ id: id === '' ? `call-${at + 1}` : id, name, arguments: text }));
  }

  #add({ index, id, function: part }: ToolCallDelta): void {
    const given = id ?? '';
    const name = part?.name ?? '';
    let call = this.#callOf(index, given, name);
    if (call === undefined) {
      call = { index, id: given, name: '', text: '' };
      this.#calls.push(call);
    }
    if (call.id === '') call.id = given;
    // Some servers repeat the whole name with every piece, OpenAI's own may send it in pieces.
    if (name !== call.name) call.name += name;
    const args = part?.arguments;
    if (typeof args === 'string') call.text = (call.text + args).slice(0, maxArgumentChars);
    // Some send an object instead of its text.
    else if (typeof args === 'object' && args !== null) call.text = JSON.stringify(args);
  }

  #callOf(index: number | undefined, id: string, name: string): Collected | undefined {
    if (index !== undefined) return this.#calls.findLast((call) => call.index === index);
    const last = this.#calls.at(-1);
    const beginsAnother = (id !== '' && last?.id !== id) || (id === '' && name !== '');
    return beginsAnother ? undefined : last;
  }
}
