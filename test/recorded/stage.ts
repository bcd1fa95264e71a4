import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { float32ToInt16, int16ToFloat32, readWavMono, resample } from '../../src/audio/index.js';
import { Conversation, type ConversationTurn } from '../../src/cli/talk/conversation.js';
import { loadConfig, type ConfigInput } from '../../src/config/index.js';
import type { SlowcatServer } from '../../src/server/create-server.js';
import { createEngines, modelChoices, type VoiceEngines } from '../../src/server/engines.js';
import { startVoiceServer } from '../../src/server/voice-server.js';

/** A real server on a free port with a data folder of its own, which outlives restarts. */
export class Stage {
  readonly #dataDir: string = mkdtempSync(join(tmpdir(), 'slowcat-recorded-'));
  readonly #settings: ConfigInput;
  #engines: VoiceEngines | null = null;
  #server: SlowcatServer | null = null;

  constructor(settings: ConfigInput = {}) {
    this.#settings = settings;
  }

  get engines(): VoiceEngines {
    if (this.#engines === null) throw new Error('The stage is not open');
    return this.#engines;
  }

  async open(): Promise<void> {
    const config = loadConfig({ env: {}, flags: { dataDir: this.#dataDir, port: 0, ...this.#settings } });
    this.#engines = await createEngines(config, await modelChoices(config));
    const logger = pino({ level: 'error' }, pino.destination(2));
    this.#server = await startVoiceServer({ config, logger, engines: this.#engines });
  }

  async restart(): Promise<void> {
    await this.#server?.close();
    await this.open();
  }

  /** Where a client of this user connects. */
  url(user: string): string {
    if (this.#server === null) throw new Error('The stage is not open');
    return `${this.#server.url.replace(/^http/, 'ws')}/ws?user=${user}`;
  }

  async connect(user: string): Promise<Conversation> {
    return Conversation.open({ url: this.url(user) });
  }

  /** What the recogniser hears in a reply. */
  async listen(turn: ConversationTurn): Promise<string> {
    const pcm = await resample(int16ToFloat32(turn.replyPcm), turn.replySampleRateHz, 16_000);
    return (await this.engines.stt.transcribe(pcm)).text;
  }

  async close(): Promise<void> {
    await this.#server?.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

/** A WAV file as a microphone would deliver it: mono, 16 kHz. */
export async function readRecording(path: string): Promise<Int16Array> {
  const { pcm, sampleRateHz } = readWavMono(await readFile(path));
  return float32ToInt16(await resample(pcm, sampleRateHz, 16_000));
}
