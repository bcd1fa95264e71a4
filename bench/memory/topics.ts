import { createMiniLm } from '../../src/engines/minilm/index.js';
import { findTopics } from '../../src/memory/topics/find-topics.js';
import { quantise } from '../../src/memory/vectors/quantise.js';
import { generator, timed } from './form-measures.js';
import { madeUpVectors } from './made-up-vectors.js';
import { topicTalk } from './topic-talk.js';

type Row = Record<string, string | number>;

/** How well topics are found in talk whose topics are known, and how long it takes for many turns. */
export async function topicRows(): Promise<Row[]> {
  const said = Object.entries(topicTalk).flatMap(([topic, texts]) => texts.map((text) => ({ topic, text })));
  const engine = createMiniLm();
  const vectors = await engine.embed(said.map(({ text }) => text)).finally(() => engine.close());
  const form = 'topics';
  const rows: Row[] = [
    { form, of: 'made-up talk', value: said.length, unit: 'turns' },
    { form, of: 'made-up talk, known topics', value: Object.keys(topicTalk).length, unit: 'topics' },
  ];
  for (const count of [undefined, 12, 20]) {
    const topics = await findTopics(
      {
        turnIds: said.map((_, i) => i),
        text: (turnId) => said[turnId]?.text,
        vector: (turnId) => vectors[turnId] && quantise(vectors[turnId]),
      },
      count === undefined ? {} : { count },
    );
    const clusters = topics.map(({ turnIds }) => turnIds.map((turnId) => said[turnId]!.topic));
    const random = generator(5);
    const dealt = clusters.flat().sort(() => random() - 0.5);
    let at = 0;
    const blind = clusters.map(({ length }) => dealt.slice(at, (at += length)));
    const found = `${topics.length} topics`;
    rows.push(
      { form, of: `${found}: turns with most of their kind`, value: purity(clusters), unit: '%' },
      { form, of: `${found}: the same, dealt blindly`, value: purity(blind), unit: '%' },
    );
    if (count === undefined)
      rows.push(
        ...topics.map(({ words, turns }) => ({ form, of: words.join(', '), value: turns, unit: 'turns' })),
      );
  }
  return [...rows, ...(await costRows())];
}

async function costRows(): Promise<Row[]> {
  const many = 20_000;
  const vectors = madeUpVectors(many);
  const { ms } = await timed(() =>
    findTopics({
      turnIds: Array.from({ length: many }, (_, i) => i + 1),
      text: (turnId) => `Something about number ${turnId % 977} of many`,
      vector: (turnId) => vectors.vectorOf(turnId),
    }),
  );
  return [{ form: 'topics', of: '20,000 turns', value: ms, unit: 'ms' }];
}

function purity(clusters: readonly (readonly string[])[]): number {
  let most = 0;
  for (const cluster of clusters) {
    const counts = new Map<string, number>();
    for (const topic of cluster) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    most += Math.max(...counts.values());
  }
  return (100 * most) / clusters.flat().length;
}
