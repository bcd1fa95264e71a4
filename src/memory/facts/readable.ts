import { type Triple, userSubject } from './fact.js';
import { canBeNamed, isNumber, lastingAdjectives, nationality } from './lexicon.js';

const verbs =
  /^(?:has|likes|dislikes|prefers|plays|drives|speaks|studies|collects|teaches|rides|supports|takes|smokes|drinks|eats|lives|works|grew up|does not)\b/u;
const states = /^(?:allergic to|married to|engaged to|from|born in|born on|coming)$/u;

/** A triple as short English for the model's prompt: `user's dog is named Potola`. */
export function readable({ subject, relation, value }: Triple): string {
  const who =
    subject === userSubject
      ? 'user'
      : subject.startsWith(`${userSubject}'s `)
        ? `user${subject.slice(1)}`
        : subject;
  if (relation === 'instruction') return `${who} asks: ${value}`;
  if (relation === 'called') return `${who} wants to be called ${value}`;
  if (relation === 'plans') return `${who} plans: ${value}`;
  if (relation === 'status') return `${who} ${value}`;
  if (relation === 'located') return `${who} ${isPlural(who) ? 'are' : 'is'} ${value}`;
  if (relation === 'age')
    return isNumber(value.toLowerCase().replaceAll(' ', '-'))
      ? `${who} is ${value} years old`
      : `${who} is ${value} old`;
  if (relation === 'is') return `${who} ${isPlural(who) ? 'are' : 'is'} ${article(value)}${value}`;
  if (states.test(relation)) return `${who} ${isPlural(who) ? 'are' : 'is'} ${relation} ${value}`;
  if (verbs.test(relation)) return `${who} ${relation} ${value}`;
  const head = relation.split(' ').at(-1) ?? relation;
  if (canBeNamed(head)) return `${who}'s ${relation} is named ${value}`;
  return `${who}'s ${relation} is ${value}`;
}

const isPlural = (who: string): boolean => /(?:[^s'’u]s|children)$/u.test(who) && !/^\p{Lu}\S*$/u.test(who);

function article(value: string): string {
  const last = value.toLowerCase().split(' ').at(-1) ?? '';
  if (lastingAdjectives.has(last) || nationality.test(last) || last.endsWith('s')) return '';
  return /^[aeiou]/iu.test(value) ? 'an ' : 'a ';
}
