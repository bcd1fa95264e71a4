import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import {
  concatFloat32,
  float32ToInt16,
  int16ToFloat32,
  readWavMono,
  resample,
  writeWav,
} from '../audio/index.js';
import { SlowcatError } from '../errors.js';
import { addConfigFlags, configOf } from './config-flags.js';
import { AudioDevices } from './talk/audio-devices.js';
import { Conversation, type ConversationTurn } from './talk/conversation.js';
import { micChunkMs, micSampleRateHz } from './talk/microphone-clock.js';
import { PlaybackPosition } from './talk/playback-position.js';
import { reportJson, reportText } from './talk/report.js';
import { VoiceClient } from './talk/voice-client.js';

interface TalkOptions {
  readonly wav?: string[];
  readonly text?: boolean;
  readonly out?: string;
  readonly url?: string;
  readonly user: string;
  readonly json?: boolean;
  readonly waitMs: string;
}

const help = `
With --wav it speaks recordings in real time; with --text it reads lines from standard input and types them; with
neither it uses the microphone and the speakers (wear headphones: nothing here cancels echo).

ms.total runs from the end of your speech to the first reply audio. The stages add up to it, except stt, which runs
within endOfTurnWait.`;

/** `slowcat talk`: a client of the voice socket for terminals, recordings and scripts. */
export function talkCommand(): Command {
  const command = new Command('talk')
    .description('talk to a Slowcat server')
    .option('--wav <files...>', 'speak these recordings, one turn each')
    .option('--text', 'type lines from standard input instead of speaking')
    .option('--out <file>', 'write the replies to a WAV file')
    .option('--url <url>', 'server socket, ws://host:port/ws (default: the local server)')
    .option('--user <id>', 'who is talking', 'default')
    .option('--wait-ms <ms>', 'silence after which a turn without words is over', '4000')
    .option('--json', 'one JSON object a line and turn')
    .addHelpText('after', help)
    .action(run);
  return addConfigFlags(command, ['host', 'port', 'token', 'dataDir']);
}

async function run(options: TalkOptions & Readonly<Record<string, unknown>>): Promise<void> {
  const url = socketUrl(options);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    if (options.wav === undefined && options.text !== true) await talkLive(url, abort.signal);
    else await talkByTurns(url, options, abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function talkByTurns(url: string, options: TalkOptions, signal: AbortSignal): Promise<void> {
  // All recordings are read first: a damaged one is better told before the first is spoken.
  const recordings = await Promise.all(
    (options.wav ?? []).map(async (file) => ({ file, pcm: await readRecording(file) })),
  );
  const conversation = await Conversation.open({
    url,
    signal,
    collector: { silenceMs: Number(options.waitMs) },
  });
  const replies: ConversationTurn[] = [];
  const show = (turn: ConversationTurn, source: string | null) => {
    replies.push(turn);
    const text =
      options.json === true ? reportJson(replies.length, source, turn.report) : reportText(turn.report);
    console.log(text);
  };
  try {
    for (const { file, pcm } of recordings) show(await conversation.say(pcm), file);
    if (options.text === true) {
      for await (const line of createInterface({ input: process.stdin, signal })) {
        if (line.trim() !== '') show(await conversation.type(line.trim()), null);
      }
    }
  } finally {
    await conversation.close();
    if (options.out !== undefined) await writeReplies(options.out, replies);
  }
}

async function talkLive(url: string, signal: AbortSignal): Promise<void> {
  const devices = new AudioDevices();
  const client = await VoiceClient.connect({ url });
  console.error(`Connected to ${new URL(url).host}. Speak; Ctrl-C ends.`);
  // The player is another program, which does not tell where it is: it plays in real time what it is given.
  const playback = new PlaybackPosition();
  const timer = setInterval(() => {
    const playedMs = playback.due(performance.now());
    if (playedMs !== undefined) client.sendPlayedUpTo(playedMs);
  }, micChunkMs);
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      client.listen((event) => {
        if (event.type === 'audio') {
          devices.play(event.pcm, event.sampleRateHz);
          playback.received((event.pcm.length / event.sampleRateHz) * 1000, performance.now());
        } else if (event.type === 'interruption') {
          devices.flush();
          playback.dropped(performance.now());
        } else if (event.type === 'closed') resolve();
        else if (event.name === 'user-transcription' && event.data['final'] === true)
          console.log(`you: ${String(event.data['text'])}`);
        else if (event.name === 'bot-tts-text') console.log(`bot: ${String(event.data['text'])}`);
      });
      devices.record(
        (pcm) => client.sendAudio(pcm, micSampleRateHz),
        (detail) =>
          reject(new SlowcatError('SLOWCAT_AUDIO_INVALID', `The microphone cannot be opened: ${detail}.`)),
      );
    });
  } finally {
    clearInterval(timer);
    devices.close();
    await client.close();
  }
}

function socketUrl(options: TalkOptions & Readonly<Record<string, unknown>>): string {
  let url: URL;
  if (options.url === undefined) {
    const { host, port } = configOf(options);
    url = new URL(`ws://${host.includes(':') ? `[${host}]` : host}:${port}/ws`);
  } else if (URL.canParse(options.url)) {
    url = new URL(options.url);
  } else {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      '--url wants an address such as ws://localhost:7860/ws.',
    );
  }
  url.searchParams.set('user', options.user);
  const token = options['token'] ?? process.env['SLOWCAT_TOKEN'];
  if (typeof token === 'string' && token !== '') url.searchParams.set('token', token);
  return url.toString();
}

async function readRecording(file: string): Promise<Int16Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new SlowcatError('SLOWCAT_WAV_INVALID', `${file} cannot be read.`, { cause });
  }
  const { pcm, sampleRateHz } = readWavMono(bytes);
  return float32ToInt16(await resample(pcm, sampleRateHz, micSampleRateHz));
}

async function writeReplies(file: string, turns: readonly ConversationTurn[]): Promise<void> {
  const sampleRateHz = turns[0]?.replySampleRateHz ?? 24_000;
  const pcm = concatFloat32(turns.map((turn) => int16ToFloat32(turn.replyPcm)));
  await writeFile(file, writeWav(pcm, { sampleRateHz }));
}
