/**
 * Phrases with which a person asks to look further back than what comes to mind. English only. Each is a request or
 * a question about what was said or done, so that "I remember the park" or "think about it" asks for nothing.
 */
const phrases: readonly RegExp[] = [
  /\bthink (?:\w+ )?back\b/u,
  /\b(?:try|try hard|try harder) (?:to|and) (?:remember|recall)\b/u,
  /\b(?:do|don't|can|can't|could) (?:you )?(?:still )?(?:remember|recall) (?:when|what|where|who|why|how|which|whether|if|the time|the day|that time|me (?:telling|saying))\b/u,
  /\bwhat (?:did|had|have) (?:i|we) (?:say|said|tell|told|talk|talked|mention|mentioned|discuss|discussed)\b/u,
  /\bwhat (?:was it|was that|it was) (?:that )?(?:i|we) (?:said|told|mentioned|talked)\b/u,
  /\bwhen did (?:i|we) (?:first |last )?(?:say|tell|talk|mention|discuss|speak)\b/u,
  /\b(?:have|did) (?:i|we) (?:ever |already )?(?:say|said|tell|told|talk|talked|mention|mentioned|discuss|discussed|speak|spoken)\b/u,
  /\bas far back as you can\b/u,
  /\b(?:a long time|long|months|years|ages) ago\b.*\b(?:i|we) (?:said|told|mentioned|talked|spoke)\b/u,
  /\b(?:search|look (?:through|in)|go through|dig (?:through|in|into)) (?:\w+ )?memor(?:y|ies)\b/u,
];

/** True when the words ask the memory to take its time: recall then reads the undamaged log, not the faded surface. */
export function asksToThinkBack(text: string): boolean {
  const plain = text.toLowerCase().replace(/[’ʼ]/gu, "'").replace(/\s+/gu, ' ');
  return phrases.some((phrase) => phrase.test(plain));
}
