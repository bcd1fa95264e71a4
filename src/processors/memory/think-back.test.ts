import { describe, expect, it } from 'vitest';
import { asksToThinkBack } from './think-back.js';

describe('asksToThinkBack', () => {
  it.each([
    'Think back: where did we go that summer?',
    'Now think way back.',
    'Try to remember my first teacher.',
    'Please try and recall it',
    'Do you remember when we went to Porto?',
    'Don’t you remember what I told you?',
    'Can you recall the time my car broke down?',
    'What did I say about the boiler?',
    'what have I told you about Maria',
    'What was it that I said about tea?',
    'When did I last mention my brother?',
    'Have we ever talked about sailing?',
    'Did I mention my sister?',
    'Go as far back as you can.',
    'It was a long time ago, and I told you the name of the boat.',
    'Search your memory.',
  ])('takes its time for %j', (text) => {
    expect(asksToThinkBack(text)).toBe(true);
  });

  it.each([
    '',
    "What's my dog's name?",
    'I remember the park.',
    'Remember that I am allergic to nuts.',
    'Remember to buy milk.',
    'Think about it and call me back.',
    'I will be back, I think.',
    'He said that she did say it.',
    'What did you say?',
    'It happened a long time ago.',
    'My memory is bad.',
    'Did I get any mail?',
  ])('does not for %j', (text) => {
    expect(asksToThinkBack(text)).toBe(false);
  });
});
