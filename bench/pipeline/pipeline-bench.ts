/**
 * How fast frames pass: OutputAudioRawFrames through pass-through processors to a sink, from before the first
 * is queued until the last has arrived; and how late they are in a conversation at the pace of real time. The same
 * with Python's Pipecat, turn by turn in the same run, so that both see the same machine.
 *
 * `npx tsx bench/pipeline/pipeline-bench.ts` runs it alone.
 */
import {
  FrameProcessor,
  OutputAudioRawFrame,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import { percentiles, show, type BenchResult } from '../bench.js';
import { conversation, converse, type Latencies } from './conversation.js';
import { Pipecat } from './pipecat.js';

/** The same for both sides; 100 processors get fewer frames, so that Pipecat stays within the minute. */
const settings = [
  { frames: 10_000, processors: 1 },
  { frames: 10_000, processors: 10 },
  { frames: 500, processors: 100 },
] as const;

/** Rounds of Pipecat, and of ours between two of Pipecat. */
const rounds = 3;
const oursPerRound = 6;
/** Rounds of ours that are not counted, until the compiler has seen all of it. */
const warmUpRounds = 3;
/** Turns of the conversation in a round, and how many of a faster one go before it, uncounted. */
const turnsPerRound = 25;
const warmUpTurns = 60;
const warmUpFrameMs = 8;
/** 40 ms at 16 kHz. */
const silence = new Int16Array(640);

class Pass extends FrameProcessor {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.pushFrame(frame, direction);
  }
}

class Sink extends FrameProcessor {
  left: number;
  endedMs = 0;
  constructor(expected: number) {
    super();
    this.left = expected;
  }
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof OutputAudioRawFrame) {
      this.left -= 1;
      if (this.left === 0) this.endedMs = performance.now();
    }
    this.pushFrame(frame, direction);
  }
}

/** @returns milliseconds from before the first frame is queued until the last has reached the sink */
async function measure(frames: number, processors: number): Promise<number> {
  const sink = new Sink(frames);
  const task = new PipelineTask([...Array.from({ length: processors }, () => new Pass()), sink], {
    idleTimeoutMs: 0,
  });
  const started = new Promise<void>((resolve) => {
    task.on('started', () => {
      resolve();
    });
  });
  const run = task.run();
  await started;
  const startMs = performance.now();
  for (let i = 0; i < frames; i += 1) task.queueFrame(new OutputAudioRawFrame(silence, 16_000, 1));
  task.stopWhenDone();
  await run;
  if (sink.left !== 0) throw new Error(`${sink.left} frames did not arrive.`);
  return sink.endedMs - startMs;
}

function row(label: string, frames: number, processors: number, ms: readonly number[]) {
  const { p50, p95, p99, n } = percentiles(ms);
  const best = Math.min(...ms);
  return {
    label,
    frames,
    processors,
    p50Ms: p50,
    p95Ms: p95,
    p99Ms: p99,
    framesPerSecondP50: Math.round((frames / p50) * 1000),
    framesPerSecondBest: Math.round((frames / best) * 1000),
    usPerHopP50: (p50 * 1000) / (frames * (processors + 1)),
    rounds: n,
  };
}

type Row = Record<string, string | number>;

function latencyRows(label: string, { turnMs, audioMs }: Latencies): readonly [turn: Row, audio: Row] {
  const of = (what: string, ms: readonly number[]) => {
    const { p50, p95, p99, n } = percentiles(ms);
    const perHop = (latencyMs: number) => (latencyMs * 1000) / conversation.hops;
    return {
      label,
      what,
      p50Ms: p50,
      p95Ms: p95,
      p99Ms: p99,
      usPerHopP50: perHop(p50),
      usPerHopP95: perHop(p95),
      usPerHopP99: perHop(p99),
      samples: n,
    };
  };
  return [of('answer to the end of a turn', turnMs), of('audio that passes', audioMs)];
}

const partOf = (ours: number, theirs: number): string => `${Math.round((ours / theirs) * 100)} %`;

/** Both talk, a round each in turn. */
async function latencies(pipecat: Pipecat): Promise<Row[]> {
  const ours: Latencies[] = [];
  const theirs: Latencies[] = [];
  await converse(warmUpTurns, warmUpFrameMs);
  if (pipecat.ready) await pipecat.converse(warmUpTurns, warmUpFrameMs);
  for (let i = 0; i < rounds; i += 1) {
    ours.push(await converse(turnsPerRound, conversation.frameMs));
    if (pipecat.ready) theirs.push(await pipecat.converse(turnsPerRound, conversation.frameMs));
  }
  const together = (parts: readonly Latencies[]): Latencies => ({
    turnMs: parts.flatMap(({ turnMs }) => turnMs),
    audioMs: parts.flatMap(({ audioMs }) => audioMs),
  });
  const rows = latencyRows('Slowcat', together(ours));
  if (!pipecat.ready) return [...rows];
  const pythons = latencyRows(`Pipecat ${pipecat.version}`, together(theirs));
  return rows.flatMap((row, i): Row[] => {
    const python = pythons[i] ?? row;
    const part = (name: 'p50Ms' | 'p95Ms' | 'p99Ms') => partOf(Number(row[name]), Number(python[name]));
    return [
      { ...row, p50OfPipecat: part('p50Ms'), p95OfPipecat: part('p95Ms'), p99OfPipecat: part('p99Ms') },
      python,
    ];
  });
}

export async function run(): Promise<BenchResult> {
  const pipecat = await Pipecat.start();
  const rows: Row[] = [];
  const notes: string[] = [];
  let details: Row[];
  try {
    for (const { frames, processors } of settings) {
      for (let i = 0; i < warmUpRounds; i += 1) await measure(frames, processors);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let i = 0; i < rounds; i += 1) {
        for (let j = 0; j < oursPerRound; j += 1) ours.push(await measure(frames, processors));
        if (pipecat.ready) theirs.push(await pipecat.measure(frames, processors));
      }
      const slowcat = row('Slowcat', frames, processors, ours);
      if (!pipecat.ready) {
        rows.push(slowcat);
        continue;
      }
      const python = row(`Pipecat ${pipecat.version}`, frames, processors, theirs);
      const times = slowcat.framesPerSecondP50 / python.framesPerSecondP50;
      rows.push({ ...slowcat, timesPipecat: times }, { ...python, timesPipecat: 1 });
    }
    details = await latencies(pipecat);
  } finally {
    pipecat.close();
  }
  notes.push('Frames of 640 samples; creation of the frames is part of the time. A hop is one processor.');
  notes.push(`With ${rounds} rounds of Pipecat, p95 and p99 of its rows are the slowest round.`);
  notes.push(
    `Latency: recogniser, aggregators, model and voice that take no time, ${conversation.hops} hops to the sink, audio every`,
    `${conversation.frameMs} ms as it comes from a client; what is measured is what the pipeline adds. Before it both talk`,
    `${warmUpTurns} turns at a pace of ${warmUpFrameMs} ms, so that both have seen all of their code.`,
  );
  notes.push(`With ${rounds * turnsPerRound} turns a side, p99 of answers is the slowest one.`);
  notes.push('Observers, metrics, idle watch and (Pipecat) RTVI are off on both sides.');
  notes.push(pipecat.ready ? `Pipecat on Python ${pipecat.python}, asyncio.` : pipecat.why);
  return {
    name: 'Frames through a pipeline',
    unit: 'milliseconds for all frames; milliseconds of latency',
    rows,
    details,
    notes,
  };
}

if (import.meta.filename === process.argv[1]) show(await run());
