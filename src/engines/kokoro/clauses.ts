export interface ClauseOptions {
  /** A clause shorter than this is not cut off at a comma. @defaultValue 24 */
  readonly firstMinChars?: number;
  /** A first sentence up to this length is spoken whole. @defaultValue 60 */
  readonly firstMaxChars?: number;
  /** Later sentences shorter than this are joined with the next. @defaultValue 40 */
  readonly minChars?: number;
  /** No clause is longer; what has no clause end is then cut at a space. @defaultValue 200 */
  readonly maxChars?: number;
}

export const defaultClauseOptions = {
  firstMinChars: 24,
  firstMaxChars: 60,
  minChars: 40,
  maxChars: 200,
} as const satisfies ClauseOptions;

/**
 * How much longer each clause may be than the one before it. Kokoro takes about half of the time that its
 * speech lasts and 0.75 s on top (two cores), so that while p characters play, about 1.5 p can be made.
 */
const growth = 1.5;

/** Shorter remainders sound clipped; a cut that would leave one is not made. */
const minRestChars = 8;

const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Words whose full stop ends no sentence, and initials. */
const abbreviation =
  /(?:^|[\s("'“‘])(?:mr|mrs|ms|dr|prof|st|mt|jr|sr|sgt|capt|lt|col|gen|rep|sen|gov|vs|etc|approx|inc|ltd|co|dept|e\.g|i\.e|a\.m|p\.m|(?:[a-z]\.)*[a-z])\.\s*$/iu;
const numberSign = /(?:^|\s)no\.\s*$/iu;
/** The longest abbreviation with what may stand around it. */
const lookBackChars = 24;

/** A comma and its like, closing quotes included; a comma within a number has no space behind it. */
const clauseEnd = /[,;:–—][)"'”’\]]*\s+/gu;

/** Sentences with the whitespace behind them; joined they are the text again. */
function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of sentenceSegmenter.segment(text)) {
    const before = open.slice(-lookBackChars);
    const goesOn =
      open !== '' &&
      !open.endsWith('\n') &&
      (abbreviation.test(before) || (numberSign.test(before) && /^\d/u.test(segment)));
    if (open !== '' && !goesOn) {
      sentences.push(open);
      open = '';
    }
    open += segment;
  }
  if (open !== '') sentences.push(open);
  return sentences;
}

/** Where to cut a text that is too long in one go; 0 for nowhere. */
function cutAt(
  text: string,
  joint: number,
  first: boolean,
  limit: number,
  options: Required<ClauseOptions>,
): number {
  const ends = [...text.matchAll(clauseEnd)].map((match) => match.index + match[0].length);
  // A short clause is over before the next one is made; only a sentence ("Yes.") may be that short.
  const long = ends.filter((end) => end >= options.firstMinChars);
  const good = [...(joint > 0 ? [joint] : []), ...long]
    .filter((end) => text.length - end >= minRestChars)
    .sort((a, b) => a - b);
  const early = first ? good.find((end) => end >= options.firstMinChars && end <= limit) : undefined;
  const within = early ?? good.findLast((end) => end <= limit) ?? good.find((end) => end <= options.maxChars);
  if (within !== undefined) return within;
  if (text.trimEnd().length <= options.maxChars) return 0;
  const space = text.lastIndexOf(' ', options.maxChars - 1) + 1;
  if (space > 0) return space;
  // Half a surrogate pair is no character.
  return /[\udc00-\udfff]/u.test(text.charAt(options.maxChars)) ? options.maxChars - 1 : options.maxChars;
}

/**
 * Cuts a text into the pieces that are synthesized one by one: sentences where they are short enough, else
 * clauses; the first one short, so that speech begins early, the others longer and longer, so that it goes on
 * without a gap. Together they are the text, but for whitespace around them.
 */
export function splitClauses(text: string, options: ClauseOptions = {}): string[] {
  const all = { ...defaultClauseOptions, ...options };
  const clauses: string[] = [];
  let limit: number = all.firstMaxChars;
  let current = '';
  const take = (clause: string): void => {
    const trimmed = clause.trim();
    if (trimmed === '') return;
    clauses.push(trimmed);
    limit = Math.min(all.maxChars, limit * growth);
  };
  for (const sentence of splitSentences(text)) {
    let joint = current.length;
    current += sentence;
    while (current.trimEnd().length > limit) {
      const cut = cutAt(current, joint, clauses.length === 0, limit, all);
      if (cut === 0) break;
      take(current.slice(0, cut));
      current = current.slice(cut);
      joint = Math.max(0, joint - cut);
    }
    const min = clauses.length === 0 ? all.firstMinChars : all.minChars;
    if (current.trim().length >= min) {
      take(current);
      current = '';
    }
  }
  take(current);
  return clauses;
}
