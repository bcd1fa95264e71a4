/** How tokens of a block are counted: by OpenAI's `o200k_base`, or one a UTF-8 byte, the safe side for any model. */
export const tokenKinds = ['o200k', 'bytes'] as const;
export type TokenKind = (typeof tokenKinds)[number];

export async function tokenCounter(kind: TokenKind): Promise<(text: string) => number> {
  if (kind === 'bytes') return (text) => Buffer.byteLength(text);
  // Its table is large; most commands count nothing.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What looks like a special token is text here, as everything is that a person says.
  const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, asText);
}
