import { afterFillers } from './clauses.js';
import { nameAt } from './copula.js';
import type { Finding } from './emit.js';
import { isMark } from './phrases.js';
import type { Reading } from './subject.js';
import { wordsOf, type Token } from './tokens.js';
import { verbForm } from './verb-forms.js';

const lows = (tokens: readonly Token[]): string => tokens.map((token) => token.low).join(' ');
const opening =
  /^(?:(?:from now on|in future|in the future|from here on|going forward|for the future|as a rule|whenever you (?:answer|speak|talk)|generally|please|can you|could you|will you|i want you to|i 'd like you to|i need you to|i would like you to|you should|you must|make sure (?:you|to)|remember to|be sure to|try to|and|,|so|also|just) ?)+/u;
const standing =
  /\b(?:from now on|in future|in the future|from here on|going forward|as a rule|whenever you (?:answer|speak|talk))\b/u;
const trailing = /^(?:from now on|in future|in the future|please|okay|ok|thanks|thank you|going forward)$/u;
const manner = /^(?:speak|talk|answer|reply|respond|keep|use|stick|limit|address|be)\b/u;
const mannerWord =
  /\b(?:slowly|slower|faster|quickly|briefly|brief|short|shorter|long|longer|simple|simply|sentences?|words?|answers?|replies|responses|english|german|french|spanish|norwegian|louder|quietly|quieter|formal|informal|casual|polite|politely|metric|celsius|fahrenheit|kilomet(?:re|er)s|miles|concise|clearly|sir|madam)\b/u;
const notForBot =
  /^(?:mind|worry|know|forget|go|wait|cry|hang|interrupt|bother|stop|leave|look|say|be|do|let|get|tell me you|think|move|panic|rush|laugh|ask|take|give up|love|like|feel|have|enjoy|quit|hesitate|believe|want|lose|see|seen|heard|been|knew|thought|realised|realized|underestimate|had|got|a|again|too|thanks|happy|fun|nice|good|great|there|here)\b/u;

/** Standing instructions: what the assistant is to do or leave from now on, not what it is asked to do now. */
export function instructionFacts(tokens: readonly Token[], reading: Reading): Finding[] {
  const at = afterInstructionFillers(tokens);
  const body = tokens.slice(at);
  const flat = lows(body);
  const lead = opening.exec(`${flat} `)?.[0] ?? '';
  const skipped = lead.trim() === '' ? 0 : lead.trim().split(/\s+/u).length;
  let rest = body.slice(skipped);
  const isStanding = standing.test(flat);
  while (rest.length > 0 && (isMark(rest.at(-1)) || trailing.test(rest.at(-1)?.low ?? '')))
    rest = rest.slice(0, -1);
  const tail = / ,? ?(?:from now on|in future|in the future|going forward)$/u.exec(lows(rest));
  if (tail) rest = rest.slice(0, rest.length - tail[0].trim().split(/\s+/u).length);
  const said = lows(rest);
  const called = calledAs(rest, reading);
  if (called) return called;
  if (
    rest.length < 2 ||
    rest.length > 24 ||
    /\b(?:is|are|was|hoping|hope|keep up|see you|'s (?:a|the|to|hoping|it))\b/u.test(said)
  )
    return [];
  const fact: Finding[] = [
    {
      subject: { kind: 'self' },
      relation: 'instruction',
      value: wordsOf(reading.text, rest),
      slot: 'instruction',
    },
  ];
  const verb = rest[1]?.low === 'ever' ? rest[2] : rest[1];
  if (/^(?:always|never)\b/u.test(said))
    return isImperative(rest[1]) && !notForBot.test(lows(rest.slice(1))) && isToUs(said) ? fact : [];
  const isPolite = /\bplease\b/u.test(lead);
  if (/^(?:do n't|do not)/u.test(said)) {
    const ever = rest[2]?.low === 'ever';
    const what = lows(rest.slice(ever ? 3 : 2));
    return (ever || isStanding || isPolite) &&
      isImperative(rest[ever ? 3 : 2]) &&
      (isStanding || !notForBot.test(what)) &&
      isToUs(said)
      ? fact
      : [];
  }
  if (/^stop (?:calling|saying|mentioning|using|telling|repeating|asking)\b/u.test(said)) return fact;
  if (isStanding) return isImperative(rest[0]) ? fact : [];
  if (
    (isPolite || /^keep your|^speak|^answer/u.test(said)) &&
    manner.test(said) &&
    mannerWord.test(said) &&
    verb
  )
    return fact;
  return [];
}

/** Advice to a friend speaks of "you"; an instruction speaks of "me" or of neither. */
const isToUs = (said: string): boolean =>
  !/\b(?:you|your|yourself)\b/u.test(said) ||
  /\b(?:me|my|your (?:answers?|replies|responses|sentences))\b/u.test(said);

function isImperative(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    /^(?:VERB|AUX|NOUN|X|ADJ)$/u.test(token.tag) &&
    !/^(?:am|is|are|was|were|been)$/u.test(token.low) &&
    !/(?:ed|ing)$/u.test(token.low) &&
    !/^(?:past|s)$/u.test(verbForm(token.low)?.form ?? '') &&
    !/^(?:done|seen|knew|saw|been|had|gets?|makes)$/u.test(token.low)
  );
}

/** "Call me Captain", "you can call me Jo", "everyone calls me Jo". */
function calledAs(rest: readonly Token[], reading: Reading): Finding[] | undefined {
  const found =
    /^(?:(?:always|just|please|you can|you may|my friends|people|everyone|everybody|most people|friends) (?:just |also |all |always )?)?calls? me (?=\S)/u.exec(
      lows(rest),
    );
  if (!found) return undefined;
  const name = rest.slice(found[0].trim().split(' ').length);
  const low = lows(name);
  if (
    /^(?:a |an |back|later|when|if|tomorrow|at|in|on|tonight|crazy|old|today|now|this|again|anything|whatever|what|by|stupid|please|soon|\d)/u.test(
      low,
    )
  )
    return [];
  const value = nameAt(name, reading, true);
  return value === '' ? [] : [{ subject: { kind: 'self' }, relation: 'called', value, slot: 'name' }];
}

function afterInstructionFillers(tokens: readonly Token[]): number {
  let at = 0;
  while (at < tokens.length) {
    const low = tokens[at]?.low ?? '';
    if (
      isMark(tokens[at]) ||
      /^(?:um|uh|so|well|oh|hey|okay|ok|and|but|also|anyway|listen|look|yes|yeah|no|actually|right)$/u.test(
        low,
      )
    )
      at++;
    else break;
  }
  return Math.min(at, afterFillers(tokens) + 3);
}
