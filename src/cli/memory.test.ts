import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMemory } from '../memory/memory.js';
import { memoryCommand } from './memory.js';

const now = new Date(2026, 10, 21, 12).getTime();
const dayMs = 86_400_000;
let dataDir: string;
let asked: string[];
let answer: boolean | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-cli-'));
  asked = [];
  answer = undefined;
  const memory = await openMemory({ dataDir });
  const user = memory.user('default');
  await user.remember({ role: 'user', text: "My dog's name is Potola.", atMs: now - 2 * dayMs });
  await user.remember({ role: 'assistant', text: 'Nice <b>\nname', atMs: now - dayMs, interrupted: true });
  await memory.user('ben').remember({ role: 'user', text: 'I drink tea.', atMs: now });
  await memory.close();
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs a command line below `slowcat memory`; gives what it printed. */
async function slowcat(...args: string[]): Promise<string[]> {
  const printed: string[] = [];
  const command = memoryCommand({
    print: (line) => printed.push(line),
    confirm: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
    nowMs: () => now,
  });
  const quiet = (each: Command): void => {
    each.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    each.commands.forEach(quiet);
  };
  quiet(command);
  await command.parseAsync([...args, '--data-dir', dataDir], { from: 'user' });
  return printed;
}

describe('slowcat memory', () => {
  it('lists turns, newest last, on one line each', async () => {
    expect(await slowcat('list')).toEqual([
      "#1 - 2 days ago, user: My dog's name is Potola.",
      '#2 - yesterday, assistant: Nice (b) name (interrupted)',
    ]);
    expect(await slowcat('list', '--limit', '1')).toHaveLength(1);
    expect(await slowcat('list', '--user', 'nobody')).toEqual(['Nothing is remembered of nobody.']);
  });

  it('searches as recall does', async () => {
    const found = await slowcat('search', 'what', 'is', 'my', "dog's", 'name');
    expect(found[0]).toMatch(/^ +\d\.\d\d {2}#1 - .*: My dog's name is Potola\.$/);
    expect(await slowcat('search', 'xylophone')).toEqual(['Nothing found.']);
    const [json] = await slowcat('search', 'dog', '--json');
    expect(JSON.parse(json!)).toMatchObject({ turnId: 1, why: { role: 1 } });
  });

  it('exports every turn verbatim as JSON lines', async () => {
    expect((await slowcat('export')).map((line) => JSON.parse(line) as unknown)).toEqual([
      { turnId: 1, role: 'user', text: "My dog's name is Potola.", atMs: now - 2 * dayMs },
      { turnId: 2, role: 'assistant', text: 'Nice <b>\nname', atMs: now - dayMs, interrupted: true },
    ]);
  });

  it('tells users and sizes', async () => {
    expect(await slowcat('users')).toEqual(['ben', 'default']);
    expect(await slowcat('stats', '--user', 'ben', '--json')).toEqual([
      '{"user":"ben","turns":1,"bytes":22}',
    ]);
    expect(await slowcat('stats')).toEqual([expect.stringMatching(/^default: 2 turns, \d+ bytes$/)]);
  });

  it('forgets only after a yes', async () => {
    answer = false;
    expect(await slowcat('forget', '--all')).toEqual(['Nothing was forgotten.']);
    expect(asked).toEqual(['Forget everything of default for ever?']);
    expect(await slowcat('list')).toHaveLength(2);
    answer = true;
    expect(await slowcat('forget', '--containing', 'POTOLA')).toEqual(['Forgot 1 turn.']);
    expect(await slowcat('list')).toHaveLength(1);
  });

  it('forgets without asking when it is told so, and nobody else', async () => {
    expect(await slowcat('forget', '--turn', '1', '2', '--yes', '--json')).toEqual(['{"forgotten":2}']);
    expect(asked).toEqual([]);
    expect(await slowcat('users')).toEqual(['ben', 'default']);
    expect(await slowcat('forget', '--all', '--yes')).toEqual(['Forgot 0 turns.']);
    expect(await slowcat('users')).toEqual(['ben']);
  });

  it('forgets by time', async () => {
    const since = new Date(now - 1.5 * dayMs).toISOString();
    expect(await slowcat('forget', '--since', since, '--yes')).toEqual(['Forgot 1 turn.']);
    expect(await slowcat('list')).toHaveLength(1);
  });

  it.each([
    [['forget', '--yes'], /say what to forget/],
    [['forget', '--all', '--turn', '1', '--yes'], /say what to forget/],
    [['forget', '--all'], /add --yes/],
    [['forget', '--turn', 'x'], /number from 1/],
    [['forget', '--since', 'soon'], /date like/],
    [['list', '--limit', '0'], /number from 1/],
    [['list', '--user', 'no/slash'], /letters/],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(slowcat(...args)).rejects.toThrow(message);
    expect(await slowcat('list')).toHaveLength(2);
  });
});
