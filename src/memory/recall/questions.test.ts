import { describe, expect, it } from 'vitest';

import { asks, onlyAsks, openQuestion, sentences } from './questions.js';

describe('questions', () => {
  it.each([
    'What is my dog called?',
    'You like tea?',
    '"Really?"',
    "what's my dog's name",
    'so where did we go',
    'do you know Anna',
    'Can you tell me more',
    'how many cats do I have',
  ])('asks: %s', (sentence) => {
    expect(asks(sentence)).toBe(true);
  });

  it.each([
    'My dog is called Potola.',
    'When I was young I lived in Porto',
    'What is done is done.',
    'Potola',
    'I do',
    'Have fun',
    'Tell me a joke.',
  ])('does not ask: %s', (sentence) => {
    expect(asks(sentence)).toBe(false);
  });

  it('finds turns that only ask', () => {
    expect(onlyAsks('Hm? What is my name?')).toBe(true);
    expect(onlyAsks('My name is Ben. What is yours?')).toBe(false);
    expect(onlyAsks('')).toBe(false);
  });

  it('finds the question left open at the end', () => {
    expect(openQuestion('Nice to meet you. What is your dog called?')).toBe('What is your dog called?');
    expect(openQuestion('What is it called? Never mind.')).toBeUndefined();
    expect(openQuestion('')).toBeUndefined();
  });

  it('splits sentences with their marks', () => {
    expect(sentences('One. Two?! Three… four')).toEqual(['One.', 'Two?!', 'Three…', 'four']);
  });
});
