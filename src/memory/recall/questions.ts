const sentencePattern = /[^.!?…]+[.!?…]*/gu;

/** How questions begin when the recogniser leaves out the mark: a question word and a verb, or a verb and a pronoun. */
const opening = new RegExp(
  [
    "^(?:so |and |but |hey |well |okay |ok |um |uh )*(?:(?:what|who|where|when|why|how|which|whose)(?:['’](?:s|re|d)|",
    ' (?:is|are|was|were|do|does|did|can|could|will|would|should|have|has|had|many|much|old|long|far|kind|colou?r))',
    '|(?:do|does|did|is|are|was|were|can|could|will|would|should|have|has|had)',
    ' (?:i|you|he|she|it|we|they|my|your|his|her|our|their|the|there|any)|(?:can|could|do) you (?:tell|remember))\\b',
  ].join(''),
  'iu',
);

/** The sentences of a text, trimmed, end marks kept. */
export function sentences(text: string): string[] {
  return (text.match(sentencePattern) ?? []).map((part) => part.trim()).filter((part) => part !== '');
}

/** True when a sentence asks: it ends with a question mark, or has no end mark and begins as questions do. */
export function asks(sentence: string): boolean {
  if (/\?["”’)\s]*$/u.test(sentence)) return true;
  return !/[.!…]["”’)\s]*$/u.test(sentence) && opening.test(sentence.trim());
}

/** True when a text only asks, so that it holds nothing to remember but the asking. */
export function onlyAsks(text: string): boolean {
  const parts = sentences(text);
  return parts.length > 0 && parts.every(asks);
}

/** The question that a text leaves open for the other speaker, or undefined. */
export function openQuestion(text: string): string | undefined {
  const last = sentences(text).at(-1);
  return last !== undefined && asks(last) ? last : undefined;
}
