/**
 * Text and audio recording: every conversation becomes three WAV files and a transcript.
 *
 * A port of Pipecat's audio recording and transcript examples: both speakers mixed, each by itself, and who said what
 * when. Run it with `npx tsx examples/recording.ts [folder]`, talk to it with `npx slowcat talk`, and hang up.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AudioBufferProcessor,
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
  writeWav,
  type RunnerArguments,
} from 'slowcat';

const engines = await loadEngines();
const folder = process.argv[2] ?? 'recordings';
const onlyMine = { mode: 0o600 };

async function saveAudio(name: string, audio: Int16Array, sampleRateHz: number): Promise<void> {
  const path = join(folder, `${name}.wav`);
  await writeFile(path, writeWav(audio, { sampleRateHz }), onlyMine);
  console.log(`Saved ${path}`);
}

async function bot(runnerArgs: RunnerArguments): Promise<void> {
  const transport = createTransport(runnerArgs);
  const started = new Date().toISOString().replace(/\D/g, '').slice(0, 17);
  await mkdir(folder, { recursive: true, mode: 0o700 });

  const vad = new VADProcessor({ vad: engines.vad });
  const stt = new SegmentedSTTService({ stt: engines.stt });
  const llm = new LLMService({ llm: engines.llm, maxAnswerTokens: 60 });
  const tts = new TTSService({ tts: engines.tts });
  const audioBuffer = new AudioBufferProcessor({ autoStartRecording: true });

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
    audioBuffer,
    contextAggregator.assistant(),
  ]);

  const worker = new PipelineWorker(pipeline, { params: { enableMetrics: true } });
  const runner = new WorkerRunner({ signal: runnerArgs.signal });
  runner.addWorkers(worker);

  audioBuffer.on('audioData', ({ audio, sampleRateHz }) =>
    saveAudio(`merged_${started}`, audio, sampleRateHz),
  );
  audioBuffer.on('trackAudioData', async ({ userAudio, botAudio, sampleRateHz }) => {
    await saveAudio(`user_${started}`, userAudio, sampleRateHz);
    await saveAudio(`bot_${started}`, botAudio, sampleRateHz);
  });

  const transcript = join(folder, `transcript_${started}.txt`);
  contextAggregator.on('userTurnStopped', ({ content, timestamp }) =>
    appendFile(transcript, `[${timestamp}] user: ${content}\n`, onlyMine),
  );
  contextAggregator.on('assistantTurnStopped', ({ content, timestamp }) =>
    appendFile(transcript, `[${timestamp}] assistant: ${content}\n`, onlyMine),
  );

  transport.on('clientConnected', () => {
    context.add({ role: 'developer', content: 'Please introduce yourself to the user.' });
    worker.queueFrame(new LLMRunFrame());
  });
  transport.on('clientDisconnected', () => runner.cancel());

  await runner.run();
}

await serveBot(bot, { engines });
