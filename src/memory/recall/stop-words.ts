/** English words that say how a sentence is built rather than what it is about; they are neither indexed nor searched. */
export const stopWords: ReadonlySet<string> = new Set(
  [
    'a an the this that these those here there',
    'i me my mine myself we us our ours ourselves you your yours yourself yourselves',
    'he him his himself she her hers herself it its itself they them their theirs themselves',
    'who whom whose which what when where why how',
    'am is are was were be been being do does did doing done have has had having',
    'can could will would shall should may might must ought let lets',
    'and or but nor so if then than because as until while though although unless',
    'of at by for with about against between into through during before after above below to from up down in out',
    'on off over under onto upon within without toward towards across along around per via',
    'again further once any each few more most other some such only own same too very just also ever even still',
    'not no yes yeah yep nope okay ok oh ah um uh hmm hey hi hello well please thanks thank',
    'all both every either neither another much many lot really quite now',
    // What is left of contractions: ca(n't), wo(n't), sha(n't), and endings that stand alone.
    'll m re s t ve d don ca wo sha',
    'tell know remember remind say said think',
  ]
    .join(' ')
    .split(' '),
);
