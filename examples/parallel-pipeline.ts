/**
 * Parallel pipeline: two models hear the same user; one answers aloud, the other only in writing.
 *
 * A port of Pipecat's concurrent evaluation of two models. Each branch has a model, a system prompt and a context of its
 * own. Run it with `npx tsx examples/parallel-pipeline.ts`, talk to it with `npx slowcat talk`, and read the terminal.
 */
import {
  LLMContext,
  LLMContextAggregatorPair,
  LLMRunFrame,
  LLMService,
  ParallelPipeline,
  Pipeline,
  PipelineWorker,
  SegmentedSTTService,
  TTSService,
  UserTurnProcessor,
  VADProcessor,
  WorkerRunner,
  createTransport,
  loadEngines,
  serveBot,
  type RunnerArguments,
} from 'slowcat';

const engines = await loadEngines();

async function bot(runnerArgs: RunnerArguments): Promise<void> {
  const transport = createTransport(runnerArgs);

  const vad = new VADProcessor({ vad: engines.vad });
  const stt = new SegmentedSTTService({ stt: engines.stt });
  const userTurns = new UserTurnProcessor(engines.turnEnd && { turnEnd: engines.turnEnd });
  const tts = new TTSService({ tts: engines.tts });

  const speakingLlm = new LLMService({ llm: engines.llm, maxAnswerTokens: 40 });
  const speakingContext = new LLMContext([
    { role: 'system', content: 'You are a friendly assistant. Answer briefly; your words are spoken aloud.' },
  ]);
  const speaking = new LLMContextAggregatorPair(speakingContext, { externalTurns: true });

  const writingLlm = new LLMService({ llm: engines.llm, maxAnswerTokens: 40 });
  const writingContext = new LLMContext([
    { role: 'system', content: 'You are a very thorough assistant. Answer in detail and with imagination.' },
  ]);
  const writing = new LLMContextAggregatorPair(writingContext, { externalTurns: true });

  const pipeline = new Pipeline([
    transport.input(),
    vad,
    stt,
    userTurns,
    new ParallelPipeline([
      [speaking.user(), speakingLlm, tts, transport.output(), speaking.assistant()],
      [writing.user(), writingLlm, writing.assistant()],
    ]),
  ]);

  const worker = new PipelineWorker(pipeline, {
    params: { enableMetrics: true },
    rtviIgnoredSources: [writing.user(), writingLlm, writing.assistant()],
  });
  const runner = new WorkerRunner({ signal: runnerArgs.signal });
  runner.addWorkers(worker);

  speaking.on('userTurnStopped', ({ content }) => console.log(`User: ${content}`));
  speaking.on('assistantTurnStopped', ({ content }) => console.log(`Spoken: ${content}`));
  writing.on('assistantTurnStopped', ({ content }) => console.log(`Written: ${content}`));

  transport.on('clientConnected', () => {
    for (const context of [speakingContext, writingContext])
      context.add({ role: 'developer', content: 'Please introduce yourself to the user.' });
    worker.queueFrame(new LLMRunFrame());
  });
  transport.on('clientDisconnected', () => runner.cancel());

  await runner.run();
}

await serveBot(bot, { engines });
