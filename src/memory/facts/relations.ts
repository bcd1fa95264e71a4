import { attributes, canBeNamed, events, secrets, singular } from './lexicon.js';

const singleVerbs = new Set([
  ...[
    'name',
    'called',
    'age',
    'located',
    'from',
    'lives in',
    'lives at',
    'lives near',
    'works at',
    'works in',
    'works as',
  ],
  ...['born in', 'born on', 'grew up in', 'married to', 'engaged to', 'studies at', 'drives', 'coming'],
]);
/** One has one of these at a time; of other people and animals one has several. */
const singlePeople = new Set(
  `mother mom mum mama mommy mummy father dad papa daddy wife husband spouse partner fiance fiancé fiancee fiancée girlfriend
  boyfriend boss manager supervisor dentist doctor gp therapist landlord landlady hairdresser barber vet accountant lawyer`.split(
    /\s+/u,
  ),
);

/** True when a newer value of a relation takes the place of the older one; else values accumulate. */
export function isSingleValued(relation: string): boolean {
  if (singleVerbs.has(relation) || relation.startsWith('favourite ') || relation === 'best friend')
    return true;
  const head = relation.split(' ').at(-1) ?? relation;
  if (canBeNamed(head)) return singlePeople.has(head);
  const noun =
    relation
      .split(/ (?:with|for|of) /u)[0]
      ?.split(' ')
      .at(-1) ?? head;
  return (
    attributes.has(noun) ||
    secrets.has(noun) ||
    events.has(noun) ||
    /(?:appointment|code|number|password)$/u.test(noun)
  );
}

/** Relations that cannot both hold of one value. */
export const opposite: Readonly<Record<string, string>> = { likes: 'dislikes', dislikes: 'likes' };

/** What "sold the car" ends besides having it. */
const having = new Set(['has', 'drives', 'rides', 'plays']);

/** True when the end of one relation's value ends another fact: `has|car` ends `drives|old Volvo car` and `car|Volvo`. */
export function endsAlso(
  ended: { relation: string; value: string },
  other: { relation: string; value: string },
): boolean {
  const [mine, theirs] = [plain(ended.value), plain(other.value)];
  if (ended.relation === 'smokes') return other.relation === 'smokes';
  if (ended.relation === other.relation) return mine === theirs || overlaps(mine, theirs);
  if (ended.relation !== 'has') return false;
  const head = singular(mine.split(' ').at(-1) ?? '');
  if (having.has(other.relation)) return overlaps(mine, theirs);
  return other.relation === head && !canBeNamed(head);
}

/** For comparing values: lower case, no articles. */
export const plain = (value: string): string =>
  value
    .toLowerCase()
    .replace(/^(?:the|a|an|my|our|old|new) /u, '')
    .trim();

function overlaps(a: string, b: string): boolean {
  const words = new Set(b.split(' ').map(singular));
  const last = a.split(' ').at(-1) ?? a;
  return words.has(singular(last));
}
