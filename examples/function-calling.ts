/**
 * Function calling: a bot that looks up the weather and finds restaurants.
 *
 * A port of Pipecat's function-calling bot: the model asks for a function, the bot says that it checks, and the answer
 * uses the result. Run it with `npx tsx examples/function-calling.ts`, talk to it with `npx slowcat talk`.
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
  TTSSpeakFrame,
  ToolsSchema,
  VADProcessor,
  WorkerRunner,
  createTransport,
  defineTool,
  loadEngines,
  serveBot,
  type RunnerArguments,
} from 'slowcat';
import { z } from 'zod';

const location = z.string().describe('The city and state, such as "San Francisco, CA"');

const getCurrentWeather = defineTool({
  name: 'get_current_weather',
  description: 'Get the current weather',
  parameters: z.object({ location, format: z.enum(['celsius', 'fahrenheit']) }),
  run: () => ({ conditions: 'nice', temperature: '75' }),
});

const getRestaurantRecommendation = defineTool({
  name: 'get_restaurant_recommendation',
  description: 'Get a restaurant recommendation',
  parameters: z.object({ location }),
  run: () => ({ name: 'The Golden Dragon' }),
});

const engines = await loadEngines();

async function bot(runnerArgs: RunnerArguments): Promise<void> {
  const transport = createTransport(runnerArgs);

  const vad = new VADProcessor({ vad: engines.vad });
  const stt = new SegmentedSTTService({ stt: engines.stt });
  const llm = new LLMService({ llm: engines.llm, maxAnswerTokens: 60 });
  const tts = new TTSService({ tts: engines.tts });

  llm.on('functionCallsStarted', () => tts.queueFrame(new TTSSpeakFrame('Let me check on that.')));

  const tools = new ToolsSchema([getCurrentWeather, getRestaurantRecommendation]);
  const context = new LLMContext(
    [
      {
        role: 'system',
        content: 'You are a friendly assistant. Answer briefly; your words are spoken aloud.',
      },
    ],
    tools,
  );
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

  transport.on('clientConnected', () => {
    context.add({ role: 'developer', content: 'Please introduce yourself to the user.' });
    worker.queueFrame(new LLMRunFrame());
  });
  transport.on('clientDisconnected', () => runner.cancel());

  await runner.run();
}

await serveBot(bot, { engines });
