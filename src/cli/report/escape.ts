/** Text that is HTML already. */
export interface Html {
  readonly text: string;
}

type Value = string | number | Html | readonly Html[];

/** Takes text as HTML that it is already. Only for what the program itself says. */
export const raw = (text: string): Html => ({ text });

/** Makes text harmless between tags and in quoted attributes. */
export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A template in which every value is escaped, unless it is HTML already. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return raw(parts.map((part, i) => part + (i < values.length ? textOf(values[i] ?? '') : '')).join(''));
}

function textOf(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return 'text' in value ? value.text : value.map(({ text }) => text).join('');
}
