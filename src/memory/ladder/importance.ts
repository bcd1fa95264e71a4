/** What {@link importanceOf} looks at in a turn. */
export interface WeighedTurn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Given by whoever stored it, 0..1; it then counts as it is. */
  readonly importance?: number;
}

/** What {@link importanceOf} looks at in a fact that was found in the turn. */
export interface WeighedFact {
  readonly slot?: string;
}

/** What a fact of a slot adds; any other fact adds `otherFact`. */
const slotWeights: Readonly<Record<string, number>> = {
  allergy: 1,
  health: 1,
  instruction: 1,
  name: 0.9,
  preference: 0.4,
};
const otherFact = 0.35;

interface Sign {
  readonly weight: number;
  readonly pattern: RegExp;
  /** Counts in a question as well. */
  readonly asked?: true;
}

/** What a turn's words add where no fact says it better. English; other languages are weighed by facts and figures. */
const signs: readonly Sign[] = [
  {
    weight: 1,
    pattern:
      /(?:^|[.!?,;]\s*|\b(?:please|just|and|so|to|must|should)\s+)(?:remember|memori[sz]e|keep in mind|bear in mind|note(?: down)?|make a note|don['’]?t forget|do not forget|never forget)\b(?!\s+(?:when|how we|the time|me\?))/iu,
  },
  {
    weight: 1,
    pattern:
      /\ballerg(?:y|ies|ic)\b|\banaphyla|\bepi-?pen\b|\bdiabet(?:es|ic)\b|\binsulin\b|\bepilep(?:sy|tic)\b|\bc(?:o|œ)eliac\b|\bintoleran(?:t|ce)\b|\bpacemaker\b|\bblood (?:type|group)\b/iu,
  },
  {
    weight: 1,
    pattern:
      /\b(?:from now on|in (?:the )?future,|always (?:call|speak|answer|talk|use|say)|never (?:call|say|mention|use|ask|tell)|call me|stop calling)\b/iu,
  },
  {
    weight: 0.9,
    pattern:
      /\b(?:my|our|his|her|their|its|the)(?:\s+[\p{L}'’]+){0,3}\s+names?\s+(?:is|are|was)\b|\b(?:is|are|was|were)\s+(?:called|named)\s+\p{Lu}|\bname(?:d|\s+is)\s+\p{Lu}|\bI(?:['’]m| am)\s+\p{Lu}\p{Ll}+/u,
  },
  {
    weight: 0.5,
    pattern:
      /\b(?:born|died|passed away|funeral|married|wedding|engaged|divorced?|pregnan(?:t|cy)|diagnos(?:ed|is)|surgery|operation|hospital|graduat(?:ed|ion)|promot(?:ed|ion)|hired|fired|moved (?:to|house|in)|birthday|anniversary)\b/iu,
  },
  {
    weight: 0.3,
    pattern:
      /\b(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|april|june|july|august|september|october|november|december|tomorrow|appointment|deadline)\b|\b(?:on|in|by|since|until) (?:march|may)\b|\b(?:1[0-2]|0?[1-9])(?::\d\d)?\s?[ap]\.?m\b|\b\d{1,2}:\d\d\b/iu,
  },
  {
    weight: 0.3,
    pattern:
      /\b(?:phone|number|password|pin|code|address|e-?mail|licen[cs]e plate|postcode|zip)\b.{0,80}\d/iu,
    asked: true,
  },
  { weight: 0.15, pattern: /\p{N}/u },
];

/** What the assistant says was mostly heard from the user, or is general knowledge. */
const assistantFactor = 0.5;
const readChars = 4000;

/**
 * How much a turn resists fading, 0..1: what was asked to be remembered, standing instructions and allergies 1, names
 * 0.9, turning points in a life 0.5, preferences 0.4, other facts 0.35, times and dates 0.3, figures 0.15, and none of
 * these 0. Several reasons add up as chances do (1 minus the product of what each leaves). Questions carry little: they
 * ask for what is known or not. What the assistant said counts half. Pure.
 *
 * @param facts what was found in the turn, if anything
 */
export function importanceOf(turn: WeighedTurn, facts: readonly WeighedFact[] = []): number {
  if (turn.importance !== undefined && turn.importance >= 0) return Math.min(1, turn.importance);
  const text = turn.text.slice(0, readChars);
  const asks = /\?["”’)\s]*$/u.test(text);
  let rest = 1;
  for (const { slot } of facts)
    rest *= 1 - ((slot === undefined ? undefined : slotWeights[slot]) ?? otherFact);
  for (const { weight, pattern, asked } of signs) {
    if ((!asks || asked) && pattern.test(text)) rest *= 1 - weight;
  }
  return (1 - rest) * (turn.role === 'assistant' ? assistantFactor : 1);
}
