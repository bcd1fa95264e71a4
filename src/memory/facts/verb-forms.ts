/** Which form of which verb a word is; only verbs that the grammar knows, because a tagger takes "lives" for a noun. */
export interface VerbForm {
  readonly lemma: string;
  readonly form: 'base' | 's' | 'ing' | 'past';
}

/** lemma: past, and other forms where they are irregular. */
const irregular: Readonly<Record<string, string>> = {
  have: 'had', buy: 'bought', get: 'got gotten', sell: 'sold', leave: 'left', put: 'put', keep: 'kept', hide: 'hid hidden',
  take: 'took taken', eat: 'ate eaten', drink: 'drank drunk', speak: 'spoke spoken', teach: 'taught', drive: 'drove driven',
  grow: 'grew grown', come: 'came', go: 'went gone', give: 'gave given', begin: 'began begun', ride: 'rode ridden',
  wear: 'wore worn', run: 'ran', lose: 'lost', quit: 'quit', become: 'became', build: 'built', stand: 'stood', lend: 'lent', lie: 'lay', make: 'made',
  say: 'said', tell: 'told', think: 'thought', hear: 'heard', read: 'read', find: 'found', meet: 'met', fly: 'flew', bear: 'born', break: 'broke',
}; // prettier-ignore
const regular =
  `live reside move relocate work study like love adore enjoy hate dislike detest despise loathe prefer play own collect
  marry die pass smoke adopt park store stash place retire graduate divorce support use volunteer practise practice start
  stop suffer`.split(/\s+/u);

const vowel = /[aeiou]/u;

function formsOf(lemma: string): readonly [string, VerbForm['form']][] {
  const base = lemma;
  const y = /[^aeiou]y$/u.test(base);
  const e = base.endsWith('e');
  const doubled = /^(?:put|get|stop|quit|run|begin)$/u.test(base) ? (base.at(-1) ?? '') : '';
  const s =
    base === 'have'
      ? 'has'
      : y
        ? `${base.slice(0, -1)}ies`
        : /(?:s|sh|ch|x|z|go)$/u.test(base)
          ? `${base}es`
          : `${base}s`;
  const ing =
    base === 'die'
      ? 'dying'
      : base === 'lie'
        ? 'lying'
        : e && vowel.test(base.slice(0, -1))
          ? `${base.slice(0, -1)}ing`
          : `${base}${doubled}ing`;
  const past = irregular[lemma]?.split(' ') ?? [
    y ? `${base.slice(0, -1)}ied` : e ? `${base}d` : `${base}${doubled}ed`,
  ];
  return [
    [base, 'base'],
    [s, 's'],
    [ing, 'ing'],
    ...past.map((form) => [form, 'past'] as [string, VerbForm['form']]),
  ];
}

const table = new Map<string, VerbForm>();
for (const lemma of [...regular, ...Object.keys(irregular)]) {
  for (const [form, kind] of formsOf(lemma))
    if (!table.has(form) || kind !== 'past') table.set(form, { lemma, form: kind });
}

export const verbForm = (low: string): VerbForm | undefined => table.get(low);
