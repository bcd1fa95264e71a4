/** What a screen shows and a voice leaves out. Applied in this order. */
const replacements: readonly (readonly [RegExp, string])[] = [
  // Zero-width and control characters, which no phonemizer knows. Line ends stay for the patterns below.
  [/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/gu, ' '],
  // A link or image keeps its words; one cut in two by a clause end leaves only its target.
  [/!?\[([^\]]*)\]\([^)\s]*\)?/gu, '$1'],
  [/\]\([^)\s]*\)?/gu, ' '],
  // An address is unbearable to listen to; the punctuation behind it still makes the pause.
  [/(?:https?:\/\/|www\.)\S*[^\s.,!?;:)]/giu, ' '],
  // Emoji with their joiners, skin tones, flags and keycaps, whose names the phonemizer would read out.
  [/\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u20e3\ufe0e\ufe0f]/gu, ' '],
  // HTML tags, code marks, table bars.
  [/<\/?[a-z][^<>]*>/giu, ' '],
  [/`+|\|/gu, ' '],
  // Marks of emphasis touch a word on one side only: "3 * 4" and "snake_case" are no emphasis.
  [/[*~]+(?=\S)|(?<=\S)[*~]+/gu, ''],
  [/(?<![\p{L}\p{N}])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}])/gu, ''],
  [/_+/gu, ' '],
];

/** Marks that begin a line: heading, quote, bullet. */
const lineMark = /^[ \t]*(?:#{1,6}[ \t]+|>[ \t]*|[-*+•][ \t]+)+/gmu;

/**
 * A text as a person would read it out: without markdown, HTML, emoji and web addresses. Numbers, currencies
 * and abbreviations stay as they are; kokoro-js has words for them. Empty when nothing is left to say.
 */
export function speakable(text: string): string {
  let spoken = text.replace(lineMark, '');
  for (const [pattern, replacement] of replacements) spoken = spoken.replace(pattern, replacement);
  // Nothing but punctuation is no speech: Kokoro would sigh half a second.
  if (!/[\p{L}\p{N}]/u.test(spoken)) return '';
  return spoken
    .replace(/\s+/gu, ' ')
    .replace(/ (?=[.,!?;:])/gu, '')
    .trim();
}
