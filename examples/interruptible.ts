/**
 * Interruptible: a bot that may be interrupted at any moment, and knows how far it got.
 *
 * A port of Pipecat's interruptible bot: speak while it tells its story, and it falls silent; what it had said by then,
 * and no more, is in the conversation. Run it with `npx tsx examples/interruptible.ts`, talk to it with `npx slowcat talk`.
 */
import {
  LLMContext,
  LLMContextAggregatorPair,
  LLMService,
  Pipeline,
  PipelineWorker,
  SegmentedSTTService,
  TTSService,
  TTSSpeakFrame,
  VADProcessor,
  WorkerRunner,
  createTransport,
  loadEngines,
  serveBot,
  type RunnerArguments,
} from 'slowcat';

const story = [
  'Once upon a time a cat lived in a lighthouse at the edge of the sea.',
  'Every evening it climbed the hundred and twelve steps to the lamp.',
  'There it sat beside the light and counted the ships that came home.',
  'One night the lamp went out, and a storm stood over the water.',
  'The cat looked into the dark with its two bright eyes and did not blink.',
  'All ships came home that night, and nobody ever knew why.',
];

const engines = await loadEngines();

async function bot(runnerArgs: RunnerArguments): Promise<void> {
  const transport = createTransport(runnerArgs);

  const vad = new VADProcessor({ vad: engines.vad, params: { startMs: 200, stopMs: 200 } });
  const stt = new SegmentedSTTService({ stt: engines.stt });
  const llm = new LLMService({ llm: engines.llm, maxAnswerTokens: 60 });
  const tts = new TTSService({ tts: engines.tts, voice: 'bm_george' });

  const context = new LLMContext([
    { role: 'system', content: 'You tell stories. Answer briefly; your words are spoken aloud.' },
  ]);
  const contextAggregator = new LLMContextAggregatorPair(context, {
    userParams: { turnEnd: engines.turnEnd },
  });

  const pipeline = new Pipeline([
    transport.input(),
    vad,
    stt,
    contextAggregator.user(),
    llm,
    tts,
    transport.output(),
    contextAggregator.assistant(),
  ]);

  const worker = new PipelineWorker(pipeline, { params: { enableMetrics: true } });
  const runner = new WorkerRunner({ signal: runnerArgs.signal });
  runner.addWorkers(worker);

  contextAggregator.on('userTurnStopped', ({ content }) => console.log(`User: ${content}`));
  contextAggregator.on('assistantTurnStopped', ({ content, interrupted }) =>
    console.log(`Bot: ${content}${interrupted ? ' [interrupted]' : ''}`),
  );

  transport.on('clientConnected', () =>
    worker.queueFrames(story.map((sentence) => new TTSSpeakFrame(sentence))),
  );
  transport.on('clientDisconnected', () => runner.cancel());

  await runner.run();
}

await serveBot(bot, { engines });
