/**
 * Whole spoken turns over a real socket on real engines: where the milliseconds go from the end of the user's speech
 * to the first reply audio, and whether a late turn is as fast as an early one.
 */
import { join } from 'node:path';
import { Stage, readRecording } from '../../test/recorded/stage.js';
import { percentiles, type BenchResult } from '../bench.js';

const recordings = [
  'memory-survives-a-restart/what-is-my-dogs-name.wav',
  'memory-survives-a-restart/my-dogs-name.wav',
];
const turns = 8;
const stages = [
  'total',
  'endOfTurnWait',
  'stt',
  'memory',
  'llmFirstToken',
  'firstClause',
  'ttsFirstAudio',
  'output',
] as const;

export async function run(): Promise<BenchResult> {
  const stage = new Stage();
  const samples: Readonly<Record<string, number>>[] = [];
  await stage.open();
  try {
    const conversation = await stage.connect('bench');
    for (let turn = 0; turn < turns; turn++) {
      const file = recordings[(turn + 1) % recordings.length] ?? '';
      const { report } = await conversation.say(
        await readRecording(join(import.meta.dirname, '../../test/recorded', file)),
      );
      if (report.ms !== null) samples.push(report.ms);
    }
    await conversation.close();
  } finally {
    await stage.close();
  }
  return {
    name: 'A spoken turn, from the end of speech to the first reply audio',
    unit: 'ms',
    rows: stages.map((stage) => ({ stage, ...percentiles(samples.map((ms) => ms[stage] ?? Number.NaN)) })),
    notes: [
      'stt runs within endOfTurnWait; the other stages add up to total, less what the socket takes.',
      `${samples.length} turns of one conversation, alternating a statement and a question; default models and settings.`,
    ],
  };
}
