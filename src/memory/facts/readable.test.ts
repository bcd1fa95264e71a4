import { describe, expect, it } from 'vitest';

import { lineOf } from './fact.js';
import { readable } from './readable.js';

describe('readable', () => {
  it.each([
    ['1|dog|Potola', "user's dog is named Potola"],
    ['1|lives in|Oslo', 'user lives in Oslo'],
    ["1's sister|lives in|Rome", "user's sister lives in Rome"],
    ['1|allergic to|peanuts', 'user is allergic to peanuts'],
    ['1|age|forty two', 'user is forty two years old'],
    ['1|is|electrician', 'user is an electrician'],
    ['1|is|vegetarian', 'user is vegetarian'],
    ["1's keys|located|in the drawer", "user's keys are in the drawer"],
    ['1|dentist appointment|Tuesday at 3', "user's dentist appointment is Tuesday at 3"],
    ['1|favourite food|pizza', "user's favourite food is pizza"],
    ['1|called|Captain', 'user wants to be called Captain'],
    ['1|instruction|never mention my ex', 'user asks: never mention my ex'],
    ["1's dad|status|passed away in March", "user's dad passed away in March"],
    ['Anna|husband|Ben', "Anna's husband is named Ben"],
    ['Anna|has|two sisters', 'Anna has two sisters'],
  ])('%s', (line, text) => {
    const [subject = '', relation = '', value = ''] = line.split('|');
    expect(readable({ subject, relation, value })).toBe(text);
  });
});

describe('lineOf', () => {
  it('can be split again', () => {
    expect(lineOf({ subject: '1', relation: 'wifi password', value: 'a|b' })).toBe('1|wifi password|a/b');
  });
});
