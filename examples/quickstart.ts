/**
 * Quickstart: a bot that greets you and talks with you, on models that run on this machine.
 *
 * A port of Pipecat's quickstart. Run it with `npx tsx examples/quickstart.ts` and connect any Pipecat client, or from a
 * second terminal `npx slowcat talk`. Models are fetched the first time.
 */
import {
  LLMContext,
  LLMContextAggregatorPair,
  LLMRunFrame,
  LLMService,
  Pipeline,
  PipelineWorker,
  SegmentedSTTService,
  TTSService,
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
  const llm = new LLMService({ llm: engines.llm, maxAnswerTokens: 60 });
  const tts = new TTSService({ tts: engines.tts, voice: 'af_heart' });

  const context = new LLMContext([
    { role: 'system', content: 'You are a friendly assistant. Answer briefly; your words are spoken aloud.' },
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

  const worker = new PipelineWorker(pipeline, {
    params: { enableMetrics: true, enableUsageMetrics: true },
  });
  const runner = new WorkerRunner({ signal: runnerArgs.signal });
  runner.addWorkers(worker);

  transport.on('clientConnected', () => {
    console.log('Client connected');
    context.add({ role: 'developer', content: 'Please introduce yourself to the user.' });
    worker.queueFrame(new LLMRunFrame());
  });
  transport.on('clientDisconnected', () => {
    console.log('Client disconnected');
    runner.cancel();
  });

  await runner.run();
}

await serveBot(bot, { engines });
