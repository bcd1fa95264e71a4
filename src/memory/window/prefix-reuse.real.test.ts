import { readFileSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { ContextWindow } from './context-window.js';
import type { WindowMessage } from './digest.js';
import { windowShares } from './shares.js';

/**
 * How much of each prompt an engine must evaluate that keeps the longest common prefix of the last one, over 200
 * exchanges with a recalled block of some 200 tokens before each turn, against two ways of trimming to the same limit:
 * the oldest message at a time, and the older half at a time. `SLOWCAT_LOCOMO=…/locomo10.json` adds human talk.
 */
const exchanges = 200;
const shares = windowShares(4096);
const system: WindowMessage = {
  role: 'system',
  content: 'You are a friendly voice assistant. Answer in one sentence.',
};

const counted = new Map<string, number[]>();
const tokensOf = (text: string): number[] => {
  let tokens = counted.get(text);
  if (!tokens) counted.set(text, (tokens = encode(text)));
  return tokens;
};
const count = (text: string): number => tokensOf(text).length;
/** ChatML, near enough: five tokens around each message, three that open the answer. */
const chat = (messages: readonly WindowMessage[]): number[] => [
  ...messages.flatMap(({ role, content }) => [-1, role.length, -2, ...tokensOf(content), -3, -2]),
  ...[-1, -4, -2],
];

type Fit = (messages: readonly WindowMessage[]) => readonly WindowMessage[];

const total = (messages: readonly WindowMessage[]): number =>
  messages.reduce((sum, { content }) => sum + count(content) + 8, 8);

function trimming(dropped: (turns: number) => number): Fit {
  let gone = 0;
  return (messages) => {
    for (;;) {
      const kept = [messages[0] ?? system, ...messages.slice(1 + gone)];
      if (total(kept) <= shares.hardLimitTokens) return kept;
      gone += dropped(kept.length - 3);
    }
  };
}

function measure(talk: readonly WindowMessage[], fit: Fit) {
  let before: number[] = [];
  let evaluated = 0;
  let prompts = 0;
  let most = 0;
  let worst = 0;
  const turns = Math.min(exchanges, Math.floor(talk.length / 2));
  for (let i = 0; i < turns; i++) {
    const lines = Array.from({ length: 8 }, (_, k) => {
      return `- 3 days ago, user: ${(talk[(i * 7 + k * 13) % talk.length]?.content ?? '').slice(0, 120)}`;
    });
    const memory: WindowMessage = {
      role: 'system',
      content: ['[Memory Context - 8 items]:', ...lines].join('\n'),
    };
    const now = talk[2 * i] ?? system;
    const prompt = chat(fit([system, ...talk.slice(0, 2 * i), memory, now]));
    let shared = 0;
    while (shared < prompt.length && prompt[shared] === before[shared]) shared++;
    evaluated += prompt.length - shared;
    worst = Math.max(worst, prompt.length - shared);
    prompts += prompt.length;
    most = Math.max(most, prompt.length);
    before = prompt;
  }
  const perTurn = (tokens: number): number => Math.round(tokens / turns);
  return {
    evaluatedPerTurn: perTurn(evaluated),
    worstTurn: worst,
    promptMean: perTurn(prompts),
    promptMost: most,
  };
}

function compare(name: string, talk: readonly WindowMessage[]) {
  const window = new ContextWindow({ shares, countTokens: count });
  const rows = {
    window: measure(talk, (messages) => window.fit(messages).messages),
    'oldest message at a time': measure(
      talk,
      trimming(() => 1),
    ),
    'older half at a time': measure(
      talk,
      trimming((turns) => Math.ceil(turns / 2)),
    ),
  };
  process.stdout.write(`${name}: ${JSON.stringify(rows)}\n`);
  return rows;
}

function scripted(): WindowMessage[] {
  return Array.from({ length: exchanges }, (_, i): WindowMessage[] => [
    {
      role: 'user',
      content: `On day ${i} we walked to the lake with Potola, and number ${i * 7} of the ducks flew off.`,
    },
    {
      role: 'assistant',
      content: `That sounds like a lovely day ${i}! Potola must have had a wonderful time. Did she swim after the ducks?`,
    },
  ]).flat();
}

interface Locomo {
  readonly conversation: Readonly<Record<string, unknown>>;
}

function locomo(path: string): WindowMessage[][] {
  const samples = JSON.parse(readFileSync(path, 'utf8')) as Locomo[];
  return samples.map(({ conversation }) =>
    Object.keys(conversation)
      .filter((key) => /^session_\d+$/u.test(key))
      .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
      .flatMap((key) => conversation[key] as { text: string }[])
      .map(({ text }, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: text })),
  );
}

describe('what a prompt shares with the one before', () => {
  it('leaves a model little to evaluate anew', () => {
    const rows = compare('scripted', scripted());
    expect(rows.window.evaluatedPerTurn).toBeLessThan(rows['oldest message at a time'].evaluatedPerTurn / 2);
    expect(rows.window.promptMost).toBeLessThanOrEqual(shares.hardLimitTokens);
  });

  const path = process.env['SLOWCAT_LOCOMO'];
  it.skipIf(path === undefined)('leaves little of human talk as well', () => {
    for (const [i, talk] of locomo(path ?? '')
      .slice(0, 3)
      .entries()) {
      const rows = compare(`LoCoMo ${i}`, talk);
      expect(rows.window.evaluatedPerTurn).toBeLessThan(
        rows['oldest message at a time'].evaluatedPerTurn / 2,
      );
      expect(rows.window.promptMost).toBeLessThanOrEqual(shares.hardLimitTokens);
    }
  });
});
