import type { TurnTable } from './turn-table.js';
import { contentWords } from './words.js';

/** What kind of answer a question wants, as far as its words say. */
export type Wanted = 'when' | 'how-many' | 'who' | 'where' | 'why' | 'what' | 'yes-no' | 'none';

/** A question, or whatever else is asked of the memory, read once before ranking. */
export interface QueryView {
  /** Content stems in order, at most 32, names of speakers left out. */
  readonly stems: readonly string[];
  /** All stems with what each counts when candidates are looked for, names of speakers included. */
  readonly weights: ReadonlyMap<string, number>;
  /** Stems that are written as names and are not a speaker's. */
  readonly names: ReadonlySet<string>;
  /** Numbers of the speakers that are meant: named, or "I" for the user and "you" for the assistant; none if all are. */
  readonly speakers: ReadonlySet<number>;
  /** What the names of those speakers are made of. */
  readonly speakerStems: readonly string[];
  readonly wanted: Wanted;
  /** Asks for several things: "what books", "which cities", "both". */
  readonly wantsList: boolean;
  readonly feeling: boolean;
  readonly plan: boolean;
  readonly dates: readonly DateSpan[];
}

/** A span of time that a query names, Unix ms; `weight` is how exact it is, 0..1. */
export interface DateSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly weight: number;
}

/** A name in the query says what it is about. */
const queryNameWeight = 1.3;
const maxTerms = 32;
const dayMs = 86_400_000;

const wantedPatterns: readonly (readonly [Wanted, RegExp])[] = [
  [
    'when',
    /\b(?:when|how long|since when|how recently|(?:what|which) (?:year|month|date|day|time|week|season))\b/iu,
  ],
  ['how-many', /\bhow (?:many|much|often|old|far|big|tall)\b/iu],
  ['who', /\b(?:who|whom|whose)\b/iu],
  ['where', /\b(?:where|(?:what|which) (?:city|country|state|place|town|area|location|park|beach))\b/iu],
  ['why', /\b(?:why|what (?:made|motivated|inspired|prompted|reason)|how come|reason)\b/iu],
  ['what', /\b(?:what|which|how)\b/iu],
  ['yes-no', /^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|might)\b/iu],
];

/**
 * Reads a query.
 * @param nowMs what "yesterday" and "last week" are counted from
 */
export function readQuery(query: string, table: TurnTable, nowMs: number): QueryView {
  const text = query.length > 2000 ? query.slice(0, 2000) : query;
  const words = contentWords(text);
  const said = new Set(words.map(({ surface }) => surface.toLowerCase()));
  const speakers = new Set<number>();
  const speakerStems = new Set<string>();
  const lower = text.toLowerCase();
  const isFirst = /\b(?:i|my|me|mine|we|our|us|i['’]m|i['’]ve)\b/u.test(lower);
  const isSecond =
    /\b(?:you|your|yours)\b/u.test(lower) &&
    !/\b(?:do|can|could|would) you (?:remember|recall|know|tell)\b/u.test(lower);
  const everybody = table.speakerList;
  for (const [id, { name }] of everybody.entries()) {
    const parts = contentWords(name ?? '');
    const first = parts[0];
    if (first === undefined || !said.has(first.surface.toLowerCase())) continue;
    speakers.add(id);
    for (const { stem } of parts) speakerStems.add(stem);
  }
  if (speakers.size === 0 && isFirst !== isSecond) {
    const meant = isFirst ? 'user' : 'assistant';
    for (const [id, { role }] of everybody.entries()) if (role === meant) speakers.add(id);
  }
  // Who means everybody means nobody in particular.
  if (speakers.size === everybody.length) speakers.clear();
  const weights = new Map<string, number>();
  const names = new Set<string>();
  const stems: string[] = [];
  for (const { stem, isName } of words) {
    weights.set(stem, Math.max(weights.get(stem) ?? 0, isName ? queryNameWeight : 1));
    if (speakerStems.has(stem)) continue;
    if (isName) names.add(stem);
    if (!stems.includes(stem) && stems.length < maxTerms) stems.push(stem);
  }
  return {
    stems,
    weights,
    names,
    speakers,
    speakerStems: [...speakerStems],
    wanted: wantedPatterns.find(([, pattern]) => pattern.test(lower))?.[0] ?? 'none',
    wantsList:
      /\b(?:both|activities|events|things|types|kinds|ways|hobbies|items|all)\b|\b(?:what|which) (?:\w+ )?(?!(?:is|was|does|has|his)\b)\w{3,}[^s\W]s\b/iu.test(
        lower,
      ),
    feeling:
      /\b(?:feel\w*|felt|think|opinion|favou?rite|like[ds]?|love[ds]?|enjoy\w*|prefer\w*|excited|proud|reaction|react)\b/u.test(
        lower,
      ),
    plan: /\b(?:plan\w*|going to|will|next|future|want|hope|looking forward|goal)\b/u.test(lower),
    dates: datesIn(lower, nowMs),
  };
}

const monthNames =
  'january february march april may june july august september october november december'.split(' ');
const monthPattern = new RegExp(
  `\\b(?:(\\d{1,2})(?:st|nd|rd|th)?(?: of)? )?(${monthNames.join('|')})\\b(?:,? (\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\d))?(?:,? ((?:19|20)\\d\\d))?`,
  'gu',
);
/** "may" is a month only behind a preposition or beside a number. */
const mayIsMonth =
  /\b(?:in|of|on|since|until|last|next|this|early|late|during|by|mid) may\b|\bmay,? \d|\d(?:st|nd|rd|th)?(?: of)? may\b/u;

/** The spans of time that a text in lower case names. Times of day are not looked at. */
export function datesIn(lower: string, nowMs: number): DateSpan[] {
  const spans: DateSpan[] = [];
  for (const [, dayBefore, month = '', dayBehind, year] of lower.matchAll(monthPattern)) {
    if (month === 'may' && !mayIsMonth.test(lower)) continue;
    const day = Number(dayBefore ?? dayBehind ?? 0);
    const index = monthNames.indexOf(month);
    const now = new Date(nowMs).getUTCFullYear();
    // Without a year, the last few are all meant.
    const years = year === undefined ? [now, now - 1, now - 2, now - 3] : [Number(year)];
    for (const y of years) {
      if (day >= 1 && day <= 31) {
        const at = Date.UTC(y, index, day);
        spans.push({ fromMs: at - dayMs, untilMs: at + 4 * dayMs, weight: 1 });
      }
      spans.push({ fromMs: Date.UTC(y, index, 1), untilMs: Date.UTC(y, index + 1, 8), weight: 0.7 });
    }
  }
  if (spans.length === 0) {
    for (const [year] of lower.matchAll(/\b(?:19|20)\d\d\b/gu)) {
      spans.push({
        fromMs: Date.UTC(Number(year), 0, 1),
        untilMs: Date.UTC(Number(year) + 1, 0, 15),
        weight: 0.4,
      });
    }
  }
  const relative = (pattern: RegExp, fromDays: number, untilDays: number): void => {
    if (pattern.test(lower))
      spans.push({ fromMs: nowMs - fromDays * dayMs, untilMs: nowMs - untilDays * dayMs, weight: 0.7 });
  };
  relative(/\btoday\b|\bthis morning\b|\btonight\b/u, 1, -1);
  relative(/\byesterday\b|\blast night\b/u, 2, 0.3);
  relative(/\bthis week\b/u, 7, -1);
  relative(/\blast week(?!end)\b|\ba week ago\b/u, 14, 3);
  relative(/\blast weekend\b/u, 9, 0.5);
  relative(/\blast month\b|\ba month ago\b/u, 62, 12);
  relative(/\blast year\b|\ba year ago\b/u, 730, 180);
  const units: Record<string, number> = { day: 1, week: 7, month: 30.44, year: 365.25 };
  for (const [, count, unit = ''] of lower.matchAll(
    /\b(\d+|two|three|four|five|six|seven|ten) (day|week|month|year)s? ago\b/gu,
  )) {
    const small: Record<string, number> = { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, ten: 10 };
    const days = (small[count ?? ''] ?? Number(count)) * (units[unit] ?? 1);
    const room = Math.max(1, 0.3 * days);
    spans.push({
      fromMs: nowMs - (days + room) * dayMs,
      untilMs: nowMs - (days - room) * dayMs,
      weight: 0.7,
    });
  }
  return spans;
}

/** How well a time fits the spans, 0..1. */
export function dateMatch(spans: readonly DateSpan[], atMs: number): number {
  let best = 0;
  for (const { fromMs, untilMs, weight } of spans) {
    if (weight > best && atMs >= fromMs && atMs <= untilMs) best = weight;
  }
  return best;
}
