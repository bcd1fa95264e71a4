import { afterEach, beforeEach, expect, it } from 'vitest';

import { bagOfWords } from '../../memory/door-bed.test-helper.js';
import { CommandBed } from './command-bed.test-helper.js';

let bed: CommandBed;
beforeEach(async () => (bed = await CommandBed.make()));
afterEach(() => bed.remove());

it('tells what is talked about, by words and turns, and nothing of what was forgotten', async () => {
  expect(await bed.run('topics')).toEqual([
    'Nothing that can be sorted by meaning is remembered of default.',
  ]);
  bed.embed = (texts) => Promise.resolve(texts.map(bagOfWords));
  await bed.fill(async (memory) => {
    const user = memory.user('default');
    for (const what of ['leash', 'vet', 'bone'])
      await user.remember({ role: 'user', text: `The dog barks at the dog ${what}.` });
    await user.remember({ role: 'assistant', text: 'The dog barks at the dog.' });
    for (const what of ['rose', 'slug'])
      await user.remember({ role: 'user', text: `Garden soil, garden ${what}.` });
  });
  expect(await bed.run('topics', '--count', '2')).toEqual([
    expect.stringMatching(/^(barks, dog|dog, barks), .*\(3 turns, as in #[123]\)$/),
    expect.stringMatching(/^(garden, soil|soil, garden), .*\(2 turns, as in #[56]\)$/),
  ]);
  const [line] = await bed.run('topics', '--count', '1', '--json');
  expect(JSON.parse(line!)).toMatchObject({ turnIds: expect.arrayContaining([1, 2, 3, 5, 6]) as number[] });
  await bed.run('forget', '--containing', 'garden', '--yes');
  expect((await bed.run('topics', '--count', '2')).join()).not.toMatch(/garden|soil|rose|slug/);
});
