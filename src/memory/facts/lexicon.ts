/**
 * Closed classes and semantic classes of English words. The grammar asks these for what a tagger cannot know: that a
 * sister has a name, a meeting a time and a password a value. All entries are lower case and singular.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

export const subjectPronouns = words('i we he she they it you');
export const thirdPersons = words('he she they it');
export const possessives = words('my our his her their its your');
export const articles = words('a an the');
export const beForms = words("am is are 's 're 'm");
export const pastBe = words('was were been');
export const modals = words("would could might may should must 'd can will shall 'll wo ca cannot");

/** Words before a statement that say nothing about it. */
export const fillers = words(
  `um uh er erm hmm so well oh hey hi hello okay ok yeah yes yep yup yea and but also anyway actually basically like now
  honestly because cause since though right look listen then plus still currently nope no nah sorry wait please just
  anyways morning ah aha sure obviously finally hiya`,
);
/** Adverbs that stand between a subject and its verb, or before an object, and change nothing. */
export const adverbs = words(
  `really just also always currently still now actually absolutely totally mostly mainly usually often sometimes only
  already recently originally severely very quite even both definitely basically finally kind-of so pretty simply truly
  especially particularly generally normally typically eventually officially happily badly highly deathly terribly
  extremely mildly slightly super primarily regularly literally probably newly too right specifically`,
);
export const hedges = words('maybe perhaps possibly apparently supposedly allegedly');

/** People and animals one can have: each may have a name, and facts of its own. */
export const people = words(
  `mother mom mum mama mommy mummy father dad papa daddy parent sister brother sibling son daughter kid child baby twin
  wife husband spouse partner fiance fiancé fiancee fiancée girlfriend boyfriend ex grandmother grandma granny nana
  grandfather grandpa grandad granddad grandson granddaughter grandchild grandparent aunt auntie uncle cousin niece
  nephew friend bestie buddy mate neighbour neighbor boss manager supervisor colleague coworker co-worker roommate
  flatmate housemate landlord landlady doctor gp dentist therapist psychologist physiotherapist lawyer accountant teacher
  tutor coach trainer hairdresser barber vet plumber electrician gardener cleaner nanny babysitter carer caregiver nurse
  assistant stepmother stepmom stepmum stepfather stepdad stepsister stepbrother stepson stepdaughter mother-in-law
  father-in-law sister-in-law brother-in-law godmother godfather godson goddaughter youngest oldest eldest
  student professor mentor client pastor priest rabbi imam agent mechanic in-law team-lead`,
);
export const animals = words(
  `dog cat puppy kitten rabbit bunny hamster guinea-pig parrot budgie canary bird goldfish fish horse pony turtle tortoise
  snake lizard gecko ferret rat mouse pig goat sheep cow chicken hen duck donkey pet labrador poodle retriever terrier
  beagle collie spaniel dachshund bulldog greyhound husky pug chihuahua corgi whippet chinchilla iguana cockatiel llama
  alpaca bee spider tarantula frog axolotl`,
);
/** Things that people have for long and that are worth knowing. */
export const possessions = words(
  `car van truck motorbike motorcycle bike bicycle scooter boat yacht sailboat canoe kayak caravan camper campervan tractor
  house flat apartment cottage cabin farm garden allotment studio condo bungalow villa shed workshop greenhouse piano
  guitar violin cello flute saxophone trumpet drum drums harp banjo ukulele clarinet accordion keyboard telescope
  camera laptop computer tablet phone smartphone iphone ipad macbook console playstation xbox drone printer tattoo
  pacemaker wheelchair hearing-aid degree phd masters diploma licence license passport visa business company shop
  restaurant cafe bakery podcast blog channel band collection sofa pool sauna wheelchair tv television e-bike`,
);
/** Lasting conditions; what passes in a week (a cold, a headache) is left out. */
export const conditions = words(
  `asthma diabetes epilepsy adhd add autism dyslexia migraines arthritis hypertension anxiety depression insomnia cancer
  parkinson's parkinsons alzheimer's dementia coeliac celiac eczema psoriasis tinnitus osteoporosis endometriosis
  hypothyroidism anaemia anemia glaucoma cataracts gout lupus vertigo ptsd ocd ms copd hiv scoliosis fibromyalgia`,
);
/** Where people live, when it has no name. */
export const residences = words(
  `flat apartment house home cottage cabin farm bungalow villa condo studio dorm dormitory hostel mansion van boat houseboat
  camper caravan trailer village town city suburb suburbs countryside country island coast valley neighbourhood neighborhood
  district area street road avenue lane floor basement attic building complex mountains hills care-home downtown outskirts
  centre center state county place`,
);
/** Names that are not those of anyone's acquaintance. */
export const fictional = words(
  'santa alexa siri cortana google batman superman spiderman god jesus satan cupid dracula shrek elmo',
);

/** What has a time. */
export const events = words(
  `appointment meeting interview flight plane train bus ferry class lesson course exam test party wedding dinner lunch breakfast
  brunch surgery operation deadline practice concert game match session checkup check-up call rehearsal conference
  presentation date reservation booking shift audition reunion funeral graduation recital ceremony workshop seminar
  webinar lecture hearing trial vacation holiday trip scan birthday anniversary due-date delivery bin-day
  tournament race marathon play show gig performance haircut viewing`,
);
/** What has a value, asked for with "what is your". */
export const attributes = words(
  `name surname nickname birthday anniversary age number address email e-mail code pin password passcode passphrase
  combination username login hometown birthplace height weight size job profession occupation hobby sign
  zodiac postcode zip iban plate id extension handle religion nationality major degree team type major
  wifi instagram twitter username gamertag pronouns star-sign doctor blood-type allergy allergies language`,
);
/** Attributes of the household that need no "my": "the alarm code is 9931". */
export const secrets = words(
  `number code pin password passcode passphrase combination username login postcode iban plate extension`,
);
/** Things people mislay and put away. */
export const objects = words(
  `key keys passport glasses sunglasses spectacles wallet purse phone charger remote document documents medicine medication
  medications pill pills umbrella laptop book notebook bag handbag backpack suitcase kit tool tools toolbox car van bike
  truck scooter motorbike bicycle ring watch necklace jewellery jewelry card cards licence license certificate will
  insurance ticket tickets camera tablet headphones earphones earbuds cable torch flashlight ladder drill hammer scissors
  coat jacket hat scarf gloves shoes boots contract receipt receipts letter money cash inhaler epipen insulin battery
  batteries stick drive fusebox thermometer first-aid-kit papers folder diary journal safe hoover vacuum iron`,
);
/** Words for parts of the body and passing matters, whose copulas describe a moment. */
export const passing = words(
  `back head feet foot leg arm hand eye stomach throat nose ear tooth knee neck skin heart brain mind mood day night week
  weekend morning evening afternoon coffee tea food meal dinner battery idea point problem guess question fault turn
  thing answer bad opinion understanding plan thought reason concern worry advice hope dream goal wish feeling impression
  suggestion mistake internet connection signal apologies apology favour`,
);

/** Endings of trades and of what people are, for "I'm a ...". */
export const personSuffix =
  /(?:ist|ician|er|or|eer|man|woman|person|ian|ant|wright|smith|tress|hostess|stewardess|princess|countess|nurse|chef|cook|pilot|student|vegan|judge|clerk|mechanic|driver|coach|guide|spy|monk|nun|priest|vet|intern|architect|scientist|diabetic|model|surgeon|parent|mother|father|mum|mom|dad|twin|widow|orphan|grandmother|grandfather|aunt|uncle|godmother|catholic|muslim|christian|buddhist|hindu|jew|atheist|agnostic|vegetarian|postman|bachelor|analyst|consultant|apprentice|farmhand|professor|barista|artist|poet|attorney|broker|paramedic|medic|nanny|publican|bouncer|trucker|freelancer|veteran|dj|ceo|cto|gp|leo|virgo|libra|scorpio|aries|taurus|gemini|aquarius|pisces|capricorn|sagittarius)$/u;
/** They end so, and say nothing lasting. */
export const notTrades = words(
  `loser sucker winner sinner goner disaster monster beginner believer fighter survivor lover hater dreamer killer master
  answer matter corner number laser mother-figure pleaser talker sleeper eater drinker thinker listener quitter
  stranger prisoner passenger member customer visitor latecomer amateur better human bother idiot failure expert
  faster later older younger bigger nuisance giant elephant character wonder hunger anger beer deer cancer computer
  dollar quarter order letter paper water river summer winter layer bummer stunner keeper gamer person man woman woman
  chatterbox genius pro terror error mirror favor humor`,
);
/** Adjectives that last. */
export const lastingAdjectives = words(
  `vegetarian vegan pescatarian married single divorced widowed engaged separated retired unemployed self-employed diabetic
  epileptic autistic dyslexic asthmatic pregnant left-handed right-handed lefthanded colourblind colorblind colour-blind
  color-blind blind deaf intolerant gluten-free celiac coeliac bilingual bisexual gay lesbian trans transgender asexual
  nonbinary non-binary catholic muslim christian jewish buddhist hindu atheist agnostic adopted teetotal kosher halal
  introverted extroverted`,
);
export const nationality =
  /^(?:american|british|english|irish|scottish|welsh|french|german|italian|spanish|portuguese|dutch|belgian|swiss|austrian|danish|norwegian|swedish|finnish|icelandic|polish|czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|serbian|croatian|bosnian|albanian|estonian|latvian|lithuanian|indian|pakistani|bangladeshi|nepali|chinese|japanese|korean|taiwanese|vietnamese|thai|filipino|indonesian|malaysian|australian|canadian|mexican|brazilian|argentinian|chilean|colombian|peruvian|venezuelan|cuban|jamaican|nigerian|ghanaian|kenyan|ethiopian|egyptian|moroccan|tunisian|algerian|somali|south african|iranian|iraqi|israeli|lebanese|syrian|jordanian|saudi|palestinian|afghan|kurdish)$/u;

export const medicine =
  /(?:pril|statin|olol|formin|sartan|azole|cillin|mycin|pam|lam|ine|oxin|parin|prazole|dipine|profen|insulin|aspirin|paracetamol|warfarin|thyroxine|vitamins?|pills?|tablets?|capsules?|medication|medications|medicine|meds|antidepressants?|antihistamines?|supplements?|inhaler|steroids?|beta blockers?|painkillers?|contraceptives?|lithium|xarelto|ozempic|zoloft|prozac|ritalin|adderall|lexapro|tylenol|advil)$/u;
export const dose =
  /^(?:mg|mgs|milligrams?|grams?|ml|millilitres?|milliliters?|units?|mcg|micrograms?|drops?|puffs?)$/u;

export const weekdays = words(
  'monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays',
);
export const months = words(
  'january february march april may june july august september october november december jan feb apr jun jul aug sep sept oct nov dec',
);
export const timeNouns = words(
  `today tomorrow tonight yesterday morning afternoon evening night noon midday midnight weekend week month year spring
  summer autumn fall winter christmas easter thanksgiving halloween o'clock day daily weekly monthly hour
  hours minutes half quarter lunchtime mornings evenings nights weekends fortnight`,
);
export const timePrepositions = words(
  'on at in by from until till before after around about every next this last past for to',
);
export const numbers = words(
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
  nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred thousand`,
);
export const ordinals = words(
  `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
  sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth
  twenty-fifth thirtieth thirty-first`,
);
export const placePrepositions = words(
  'in on under behind at inside beside near above between next below underneath beneath against by outside',
);
export const prepositions = words(
  `in on at under behind inside beside near above between below underneath beneath with for from to of about over by since
  during until till after before into onto through without against around as than because near off like while when where
  who which that if so but and or then though although unless whenever`,
);

const irregularPlurals: Readonly<Record<string, string>> = {
  children: 'child', wives: 'wife', puppies: 'puppy', mice: 'mouse', ponies: 'pony', people: 'person', kiddies: 'kid',
}; // prettier-ignore

/** The singular of a regular noun, lower case: `dogs` -> `dog`. */
export function singular(noun: string): string {
  const low = noun.toLowerCase();
  const known = irregularPlurals[low];
  if (known !== undefined) return known;
  if (/(?:ies)$/u.test(low) && low.length > 4) return `${low.slice(0, -3)}y`;
  if (/(?:sses|shes|ches|xes)$/u.test(low)) return low.slice(0, -2);
  return /[^su]s$/u.test(low) && !conditions.has(low) ? low.slice(0, -1) : low;
}
export const isPerson = (noun: string): boolean => people.has(noun) || people.has(singular(noun));
export const isAnimal = (noun: string): boolean => animals.has(noun) || animals.has(singular(noun));
/** A person or animal that can have a name. */
export const canBeNamed = (noun: string): boolean => isPerson(noun) || isAnimal(noun);
export const isNumber = (word: string): boolean =>
  /^[\d][\d.,:/-]*$/u.test(word) || word.split('-').every((part) => numbers.has(part));
export const isOrdinal = (word: string): boolean => /^\d+(?:st|nd|rd|th)$/u.test(word) || ordinals.has(word);
