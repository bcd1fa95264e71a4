/**
 * What a turn's words give away about the kind of question it may answer, found once when the turn is indexed and kept
 * as bits. English; another language has none of them and is ranked by its words.
 */
export const cue = {
  /** Ends with a question mark. */
  asksLast: 1,
  /** Speaks of "I", "my", "we", "our". */
  firstPerson: 2,
  /** Names a time: "yesterday", "two years ago", "in May". */
  time: 4,
  /** Names a number or an amount. */
  number: 8,
  /** Says where: a preposition of place before a capital or an article. */
  place: 16,
  /** Names something or somebody: a capital inside a sentence. */
  name: 32,
  /** Shows something: words in brackets that describe a picture. */
  picture: 64,
  /** Gives a reason: "because", "so that", "to be". */
  reason: 128,
  /** Tells of a feeling or an opinion. */
  feeling: 256,
  /** Tells of a plan: "going to", "will", "want to". */
  plan: 512,
  /** Lists: two or more commas, or a comma and an "and". */
  list: 1024,
  /** Holds words in quotation marks: a title, as a rule. */
  quote: 2048,
  /** Asks somewhere, not only at its end. */
  asksInside: 4096,
  /** Speaks to the other: "you", "your". */
  secondPerson: 8192,
} as const;

const months = 'january|february|march|april|may|june|july|august|september|october|november|december';
const days = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';
const timePattern = new RegExp(
  [
    '\\b(?:yesterday|today|tonight|tomorrow|recently|since|weekend|ago|nowadays',
    '(?:last|next|this|past) (?:night|week|month|year|weekend|summer|winter|fall|autumn|spring|morning|mon|tue|wed|thu|fri|sat|sun)\\w*',
    'for (?:\\w+ )?(?:years|months|weeks|days)|in (?:19|20)\\d\\d|(?:19|20)\\d\\d',
    `(?:in|on|of|last|next|this|since|until|by|early|late) (?:${months})|(?:${months}) \\d|${days}`,
    "\\d{1,2}(?::\\d\\d)? ?(?:am|pm)|o[’']clock|birthday|anniversary)\\b",
  ].join('|'),
  'iu',
);
const numberPattern =
  /\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|dozen|twice|once|both|several|couple|hundred|thousand)\b/iu;
const placePattern =
  /\b(?:in|at|from|to|near|by|visit(?:ed|ing)?) (?:the |a |an |my |our )?(?:\p{Lu}\p{Ll}|park|beach|home|school|house|city|mountain|museum|store|shop|gym|lake|office|club|studio|hotel|country|town|church|hospital|restaurant|cafe)/u;
const namePattern = /[\p{Ll},’'] \p{Lu}\p{Ll}+/u;
const reasonPattern =
  /\b(?:because|since|so that|in order to|'cause|cause|reason|why|inspired|motivated|helps? me|made me)\b/iu;
const feelingPattern =
  /\b(?:love[ds]?|like[ds]?|enjoy\w*|hate[ds]?|feel\w*|felt|happy|sad|proud|excited|nervous|scared|grateful|thankful|amazing|awesome|favou?rite|prefer\w*|peace\w*|joy\w*|stress\w*|worr\w+)\b/iu;
const planPattern =
  /\b(?:going to|gonna|will|plan\w*|want to|hope|hoping|looking forward|can[’']t wait|thinking (?:of|about)|'ll|’ll)\b/iu;

/** The cues in a text, as bits of {@link cue}. Looks at the first 2,000 characters. */
export function cuesOf(wholeText: string): number {
  const text = wholeText.length > 2000 ? wholeText.slice(0, 2000) : wholeText;
  const trimmed = text.trimEnd();
  const said = trimmed.replace(/\s*\[[^\]]*\]$/u, '');
  const commas = text.split(',').length - 1;
  return (
    (said.endsWith('?') ? cue.asksLast : 0) |
    (/\b(?:i|my|we|our|i['’]m|i['’]ve|mine|me|us)\b/iu.test(text) ? cue.firstPerson : 0) |
    (timePattern.test(text) ? cue.time : 0) |
    (numberPattern.test(text) ? cue.number : 0) |
    (placePattern.test(text) ? cue.place : 0) |
    (namePattern.test(text) ? cue.name : 0) |
    (trimmed.endsWith(']') ? cue.picture : 0) |
    (reasonPattern.test(text) ? cue.reason : 0) |
    (feelingPattern.test(text) ? cue.feeling : 0) |
    (planPattern.test(text) ? cue.plan : 0) |
    (commas >= 2 || (commas === 1 && / and /iu.test(text)) ? cue.list : 0) |
    (/["“][^"”]{2,60}["”]/u.test(text) ? cue.quote : 0) |
    (said.slice(0, -1).includes('?') ? cue.asksInside : 0) |
    (/\b(?:you|your|yours|you['’]re|u)\b/iu.test(text) ? cue.secondPerson : 0)
  );
}
