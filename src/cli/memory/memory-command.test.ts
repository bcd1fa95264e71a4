import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CommandBed } from './command-bed.test-helper.js';

const dayMs = 86_400_000;
let bed: CommandBed;
const slowcat = (...args: string[]): Promise<string[]> => bed.run(...args);

beforeEach(async () => {
  bed = await CommandBed.make();
  const now = bed.nowMs;
  await bed.fill(async (memory) => {
    const user = memory.user('default');
    await user.remember({ role: 'user', text: "My dog's name is Potola.", atMs: now - 2 * dayMs });
    await user.remember({ role: 'assistant', text: 'Nice <b>\nname', atMs: now - dayMs, interrupted: true });
    await memory.user('ben').remember({ role: 'user', text: 'I drink tea.', atMs: now });
  });
});

afterEach(() => bed.remove());

describe('slowcat memory', () => {
  it('lists turns, newest last, on one line each', async () => {
    expect(await slowcat('list')).toEqual([
      "#1 - 2 days ago, user: My dog's name is Potola.",
      '#2 - yesterday, assistant: Nice (b) name (interrupted)',
    ]);
    expect(await slowcat('list', '--limit', '1')).toHaveLength(1);
    expect(await slowcat('list', '--user', 'nobody')).toEqual(['Nothing is remembered of nobody.']);
  });

  it('tells users and sizes', async () => {
    expect(await slowcat('users')).toEqual(['ben', 'default']);
    const [json] = await slowcat('stats', '--user', 'ben', '--json');
    expect(JSON.parse(json!)).toMatchObject({ user: 'ben', turns: 1, bytes: expect.any(Number) as number });
    expect(await slowcat('stats')).toEqual([expect.stringMatching(/^default: 2 turns, \d+ bytes, 1 fact$/)]);
  });

  it.each([
    [['forget', '--yes'], /say what to forget/],
    [['forget', '--all', '--turn', '1', '--yes'], /say what to forget/],
    [['forget', '--containing', '', '--yes'], /say what to forget/],
    [['forget', '--all'], /add --yes/],
    [['forget', '--turn', 'x'], /number from 1/],
    [['forget', '--since', 'soon'], /date like/],
    [['list', '--limit', '0'], /number from 1/],
    [['list', '--user', 'no/slash'], /letters/],
    [['search'], /give a question/],
    [['search', 'dog', '--queries', 'x'], /give a question/],
    [['search', 'dog', '--depth', 'bottomless'], /Allowed choices/],
    [['search', 'dog', '--budget', '0'], /number of tokens/],
    [['show', '0'], /number from 1/],
    [['import'], /missing required/],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(slowcat(...args)).rejects.toThrow(message);
    expect(await slowcat('list')).toHaveLength(2);
  });
});
