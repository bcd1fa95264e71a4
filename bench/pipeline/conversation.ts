import {
  LLMAssistantAggregator,
  LLMService,
  LLMUserAggregator,
  SegmentedSTTService,
  TTSService,
} from '../../src/processors/index.js';
import type { LanguageModel, SpeechToText, TextToSpeech } from '../../src/engines/interfaces.js';
import {
  FrameProcessor,
  InputAudioRawFrame,
  LLMContext,
  PipelineTask,
  TTSAudioRawFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';

/** What one conversation is made of; `pipecat_conversation.py` is given the same. */
export const conversation = {
  /** Audio comes in messages of this length, as clients send it. */
  frameMs: 20,
  /** Messages of a turn: speech, and then listening. */
  speechFrames: 6,
  listenFrames: 6,
  sampleRateHz: 16_000,
  /** From one processor to the next: source, STT, user aggregator, model, voice, sink. */
  hops: 5,
} as const;

/** Latencies in milliseconds, a sample each. */
export interface Latencies {
  /** From the voice detector's word that the user has stopped, to the first audio of the answer at the sink. */
  readonly turnMs: readonly number[];
  /** From a message of the user's audio to the same at the sink, past everything else that is under way. */
  readonly audioMs: readonly number[];
}

const samples = (conversation.sampleRateHz * conversation.frameMs) / 1000;
/** Messages that an answer may take; it is lost then. */
const patience = 500;
/** The same speech for both: a quiet ramp, because nobody listens to it. */
const speech = Int16Array.from({ length: samples }, (_, i) => i);
/** An answer of two words is spoken as 40 ms of silence. */
const voiceHz = 24_000;
const spoken = { pcm: new Float32Array((voiceHz * 40) / 1000), sampleRateHz: voiceHz };

const nothingToDo = { warmUp: () => Promise.resolve(), close: () => Promise.resolve() };
const info = { engine: 'fake', model: 'instant', device: 'cpu' } as const;

const ears: SpeechToText = {
  ...nothingToDo,
  info,
  transcribe: () => Promise.resolve({ text: 'What is new?', confidence: 1 }),
};

const model: LanguageModel = {
  ...nothingToDo,
  info,
  contextTokens: 1_000_000,
  countTokens: (text) => text.length,
  async *generate() {
    await Promise.resolve();
    yield 'Not';
    yield ' much.';
  },
};

const voice: TextToSpeech = {
  ...nothingToDo,
  info,
  sampleRateHz: voiceHz,
  voices: ['silent'],
  async *synthesize(text) {
    await Promise.resolve();
    yield { ...spoken, text };
  },
};

/** Notes when audio arrives: the user's in the order that it was sent, and the first of each answer. */
class Sink extends FrameProcessor {
  readonly turnMs: number[] = [];
  readonly audioMs: number[] = [];
  readonly sentMs: number[] = [];
  stoppedMs: number | undefined;

  /** Whether the answer to the last turn is still to come. */
  get isWaiting(): boolean {
    return this.stoppedMs !== undefined;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof InputAudioRawFrame) {
      this.audioMs.push(performance.now() - (this.sentMs.shift() ?? Number.NaN));
    } else if (frame instanceof TTSAudioRawFrame && this.stoppedMs !== undefined) {
      this.turnMs.push(performance.now() - this.stoppedMs);
      this.stoppedMs = undefined;
    }
    this.pushFrame(frame, direction);
  }
}

/**
 * Talks at the pace of real time through a bot whose engines take no time, so that all that is measured is added by
 * the pipeline: the turn ends with the transcript, without any silence.
 *
 * @throws Error where an answer or a message did not arrive
 */
export async function converse(turns: number, frameMs: number = conversation.frameMs): Promise<Latencies> {
  const context = new LLMContext();
  const sink = new Sink();
  const task = new PipelineTask(
    [
      new SegmentedSTTService({ stt: ears }),
      new LLMUserAggregator({ context, turn: { speechTimeoutMs: 0 } }),
      new LLMService({ llm: model }),
      new TTSService({ tts: voice }),
      sink,
      new LLMAssistantAggregator({ context }),
    ],
    { idleTimeoutMs: 0 },
  );
  const started = new Promise<void>((resolve) => {
    task.on('started', () => {
      resolve();
    });
  });
  const run = task.run();
  await started;
  const beganMs = performance.now();
  let sent = 0;
  const send = async (): Promise<void> => {
    // One that is late does not delay the next.
    const dueMs = beganMs + sent * frameMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    sent += 1;
    sink.sentMs.push(performance.now());
    task.queueFrame(new InputAudioRawFrame(speech, conversation.sampleRateHz, 1));
  };
  for (let turn = 0; turn < turns; turn += 1) {
    task.queueFrame(new VADUserStartedSpeakingFrame());
    for (let i = 0; i < conversation.speechFrames; i += 1) await send();
    sink.stoppedMs = performance.now();
    task.queueFrame(new VADUserStoppedSpeakingFrame());
    // Nobody interrupts: who waits for an answer listens on.
    for (let i = 0; i < conversation.listenFrames || (sink.isWaiting && i < patience); i += 1) await send();
  }
  task.stopWhenDone();
  await run;
  const { turnMs, audioMs } = sink;
  if (turnMs.length !== turns || audioMs.length !== sent)
    throw new Error(`${turnMs.length} answers and ${audioMs.length} messages arrived.`);
  return { turnMs, audioMs };
}
