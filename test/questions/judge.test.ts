import { describe, expect, it } from 'vitest';
import { distractors, promptFor, presentations } from './ask.js';
import { judge, loadQuestions, type Question } from './judge.js';

const questions = await loadQuestions();
const question = (id: string): Question => questions.find((one) => one.id === id)!;

describe('the twenty questions', () => {
  it('are twenty, each with a name of its own', () => {
    expect(questions).toHaveLength(20);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(20);
  });

  it.each(questions.map((one) => [one.id, one] as const))(
    '%s: the fact answers it, the question does not',
    (_id, one) => {
      expect(judge(one, one.fact).why).toBe('right');
      expect(judge(one, one.question).right).toBe(false);
    },
  );

  it('never have two right answers to choose from', () => {
    for (const [index, one] of questions.entries()) {
      for (const other of distractors(questions, index, 4)) {
        expect(other.id).not.toBe(one.id);
        expect(judge(one, other.fact).right).toBe(false);
      }
    }
  });
});

describe('judge', () => {
  it.each([
    ['ferret', 'You named her Zibbelina.', 'right'],
    ['ferret', 'You named her Zibby.', 'missing'],
    ['ferret', '', 'empty'],
    ['ferret', "I don't think you've told me that yet, but maybe Zibbelina.", 'denied'],
    ['ferret', "You haven't told me that yet.", 'denied'],
    ['ferret', "I'm not sure, is it Zibbelina?", 'denied'],
    ['ferret', 'As an AI language model I have no pets called Zibbelina.', 'denied'],
    ['bins', 'On Thursday or Friday.', 'rejected'],
    ['sugars', 'You take one or two sugars.', 'rejected'],
    ['twins', 'They are called Ilvo.', 'missing'],
    ['twins', 'Their names are Perrin and Ilvo.', 'right'],
    ['bus', 'You take bus 142.', 'missing'],
    ['bus', 'Take the 42.', 'right'],
    ['alarm', 'At 7:20.', 'right'],
    ['saving', 'For a sailboat.', 'right'],
  ])('%s: "%s" is %s', (id, reply, why) => {
    expect(judge(question(id), reply).why).toBe(why);
  });

  it('takes reading out all that is remembered for wrong', () => {
    const others = [question('boiler'), question('paint')];
    expect(judge(question('ferret'), 'Zibbelina, and your boiler is a Quenzo.', others).why).toBe(
      'other-fact',
    );
    expect(judge(question('ferret'), 'Her name is Zibbelina.', others).why).toBe('right');
  });

  it('takes rambling for wrong', () => {
    expect(judge(question('ferret'), `Zibbelina ${'is a lovely name '.repeat(20)}`).why).toBe('rambling');
  });
});

describe('promptFor', () => {
  it('puts memory late, in the format that the adapter was trained on', () => {
    const how = presentations.find(({ name }) => name === 'last-of-3')!;
    const one = question('boiler');
    const messages = promptFor(one, [question('bins'), question('twins')], how);
    expect(messages.map(({ role }) => role)).toEqual(['system', 'system', 'user']);
    expect(messages[1]!.content).toBe(
      [
        '[Memory Context - 3 items]:',
        `- 2 days ago, user: ${question('bins').fact}`,
        `- yesterday, user: ${question('twins').fact}`,
        `- last week, user: ${one.fact}`,
      ].join('\n'),
    );
    expect(messages[2]!.content).toBe(one.question);
  });
});
