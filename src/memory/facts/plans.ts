import type { Finding } from './emit.js';
import { canBeNamed, events } from './lexicon.js';
import { bareTime, findTime, isMark, timePhrase } from './phrases.js';
import { refOf, type Subject } from './subject.js';
import { wordsOf, type Token } from './tokens.js';
import type { VerbGroup } from './verb-group.js';

const routine = new Set(
  'thinking feeling trying looking wondering hoping saying telling talking asking getting being kidding joking wanting needing guessing starting running'.split(
    ' ',
  ),
);
const past = /^(?:yesterday|last|ago|today|now)$/u;

/** Times that lie ahead; "each day" and "every morning" do not. */
const ahead =
  /\b(?:tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|next|this (?:weekend|week|month|summer|autumn|fall|winter|spring|year|afternoon|evening)|january|february|march|april|may|june|july|august|september|october|november|december|christmas|easter|thanksgiving|\d+(?:st|nd|rd|th)|at \S+|in (?:a|two|three|four|five|six|\d+) (?:days?|weeks?|months?))\b/u;

/** "We're flying to Lisbon next Friday": what someone will do, when the time is said. */
export function planFacts(
  subject: Subject,
  group: VerbGroup,
  tokens: readonly Token[],
  text: string,
): Finding[] {
  if (group.negated || group.unreal || group.ended || !(group.progressive || group.future)) return [];
  const at = findTime(tokens, group.end);
  if (at < 0) return [];
  const time = timePhrase(tokens, at);
  if (!ahead.test(time.map((token) => token.low).join(' '))) return [];
  if (time.some((token) => past.test(token.low)) || isDuration(time)) return [];
  const start = group.end - 1;
  const words = tokens.slice(start, at + time.length);
  if (
    words.length > 14 ||
    words.some((token) => isMark(token) || /^(?:if|when|that|because|and|but)$/u.test(token.low))
  )
    return [];
  const ref = refOf(subject);
  const isPerson = subject.kind === 'ref' || (subject.owner !== undefined && canBeNamed(subject.head));
  // "Queen is playing on Friday" is no one's plan that is known.
  if (subject.kind === 'ref' && ref?.kind === 'named') return [];
  if (ref && isPerson) {
    if (routine.has(group.verb) && !/^(?:married|divorced|engaged)$/u.test(tokens[group.end]?.low ?? ''))
      return [];
    if (
      group.future &&
      /^(?:be|get|see|have|need|tell|let|call|go)$/u.test(group.verb) &&
      tokens[start - 1]?.low !== 'to'
    )
      return [];
    return [{ subject: ref, relation: 'plans', value: wordsOf(text, words) }];
  }
  if (subject.kind !== 'noun') return [];
  if (!/^(?:coming|arriving|visiting|leaving|delivering)$/u.test(group.verb) || at !== group.end) return [];
  return [
    {
      subject: subject.owner ? { kind: 'owned', owner: subject.owner, noun: subject.noun } : subject.noun,
      relation: group.verb,
      value: wordsOf(text, bareTime(time)),
    },
  ];
}

/** "My train leaves at 7:15 tomorrow": an event with a verb of beginning. */
export function eventFacts(
  subject: Subject,
  verb: string,
  tokens: readonly Token[],
  end: number,
  text: string,
): Finding[] {
  if (subject.kind !== 'noun' || !events.has(subject.head) || !subject.owner) return [];
  if (!/^(?:leaves|starts|begins|departs|lands|arrives|ends|opens)$/u.test(verb)) return [];
  const time = timePhrase(tokens, end);
  return time.length > 0
    ? [{ subject: subject.owner, relation: subject.noun, value: wordsOf(text, bareTime(time)) }]
    : [];
}

const isDuration = (time: readonly Token[]): boolean =>
  /^(?:for|all|since|by)$/u.test(time[0]?.low ?? '') ||
  time.every((token) => /^(?:in|a|the|about|\d+|minutes?|hours?|half|an)$/u.test(token.low));
