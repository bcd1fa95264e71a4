/** What was found for one question. */
export interface Ranking {
  /** 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial */
  readonly category: number;
  readonly evidence: ReadonlySet<number | string>;
  /** Best first. */
  readonly ranked: readonly (number | string)[];
}

const cutOffs = [5, 10, 20, 50] as const;
const categoryNames: Readonly<Record<number, string>> = {
  1: 'multi-hop',
  2: 'temporal',
  3: 'open-domain',
  4: 'single-hop',
  5: 'adversarial',
};

export interface Scores {
  readonly questions: number;
  /** Mean part of the evidence among the first 5, 10, 20 and 50, in percent. */
  readonly recall: readonly number[];
  /** Mean of 1 / rank of the first evidence, in percent. */
  readonly mrr: number;
}

export function scoresOfAll(rankings: readonly Ranking[]): Scores {
  const recall = cutOffs.map(() => 0);
  let mrr = 0;
  for (const { evidence, ranked } of rankings) {
    for (const [i, k] of cutOffs.entries()) {
      recall[i] = recall[i]! + ranked.slice(0, k).filter((id) => evidence.has(id)).length / evidence.size;
    }
    const first = ranked.findIndex((id) => evidence.has(id));
    mrr += first < 0 ? 0 : 1 / (first + 1);
  }
  const percent = (sum: number): number => (100 * sum) / Math.max(1, rankings.length);
  return { questions: rankings.length, recall: recall.map(percent), mrr: percent(mrr) };
}

/** One line for all questions and one for each category. */
export function scoreTable(label: string, rankings: readonly Ranking[]): string {
  const line = (name: string, some: readonly Ranking[]): string => {
    const { questions, recall, mrr } = scoresOfAll(some);
    return `  ${name.padEnd(12)} ${String(questions).padStart(5)}  R@5/10/20/50 ${recall.map((x) => x.toFixed(1)).join(' / ')}  MRR ${mrr.toFixed(1)}`;
  };
  const lines = [
    label,
    line('all', rankings),
    line(
      '1-4',
      rankings.filter(({ category }) => category !== 5),
    ),
  ];
  for (const category of [1, 2, 3, 4, 5]) {
    lines.push(
      line(
        categoryNames[category] ?? '',
        rankings.filter((one) => one.category === category),
      ),
    );
  }
  return lines.join('\n');
}
