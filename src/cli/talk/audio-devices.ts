import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { SlowcatError } from '../../errors.js';
import { micSampleRateHz } from './microphone-clock.js';

/** How a program records 16 kHz mono to its output, or plays mono from its input; raw 16-bit little endian. */
interface AudioProgram {
  readonly record: readonly [string, ...string[]];
  readonly play: (sampleRateHz: number) => readonly [string, ...string[]];
}

const raw = (rate: number): string[] => [
  '-t',
  'raw',
  '-r',
  String(rate),
  '-e',
  'signed',
  '-b',
  '16',
  '-c',
  '1',
];
const inputOf: Partial<Record<NodeJS.Platform, string>> = { darwin: 'avfoundation', win32: 'dshow' };
const defaultInput: Partial<Record<NodeJS.Platform, string>> = { darwin: ':0', win32: 'audio=default' };

const programs: Readonly<Record<string, AudioProgram>> = {
  sox: {
    record: ['sox', '-q', '-d', ...raw(micSampleRateHz), '-'],
    play: (rate) => ['sox', '-q', ...raw(rate), '-', '-d'],
  },
  ffmpeg: {
    record: [
      'ffmpeg',
      '-loglevel',
      'error',
      '-f',
      inputOf[process.platform] ?? 'pulse',
      '-i',
      defaultInput[process.platform] ?? 'default',
      '-ac',
      '1',
      '-ar',
      String(micSampleRateHz),
      '-f',
      's16le',
      '-',
    ],
    play: (rate) => [
      'ffplay',
      '-loglevel',
      'error',
      '-nodisp',
      '-f',
      's16le',
      '-ar',
      String(rate),
      '-ch_layout',
      'mono',
      '-i',
      '-',
    ],
  },
};

/** Microphone and loudspeaker through whichever of `sox` and `ffmpeg` is installed. */
export class AudioDevices {
  readonly #program: AudioProgram;
  #recorder: ChildProcess | null = null;
  #player: ChildProcess | null = null;

  /** @throws SLOWCAT_AUDIO_INVALID naming what to install when neither program is there */
  constructor() {
    const found = Object.entries(programs).find(
      ([name]) => spawnSync(name, ['-version'], { stdio: 'ignore' }).error === undefined,
    );
    if (found === undefined) {
      throw new SlowcatError(
        'SLOWCAT_AUDIO_INVALID',
        'Microphone and speakers need sox or ffmpeg, and neither is installed. Install one, or use --wav or --text.',
      );
    }
    this.#program = found[1];
  }

  /** @param onFailure is told when the microphone cannot be opened */
  record(onChunk: (pcm16k: Int16Array) => void, onFailure: (detail: string) => void): void {
    const [command, ...args] = this.#program.record;
    const recorder = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#recorder = recorder;
    let complaint = '';
    let odd = Buffer.alloc(0);
    recorder.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-500)));
    recorder.stdout.on('data', (data: Buffer) => {
      const bytes = Buffer.concat([odd, data]);
      const whole = bytes.length - (bytes.length % 2);
      odd = bytes.subarray(whole);
      onChunk(new Int16Array(new Uint8Array(bytes.subarray(0, whole)).buffer));
    });
    recorder.on('error', (error) => onFailure(error.message));
    recorder.on('exit', (code) => {
      if (this.#recorder === recorder)
        onFailure(complaint.trim() || `${command} ended with code ${code ?? 'none'}`);
    });
  }

  play(pcm: Int16Array, sampleRateHz: number): void {
    this.#player ??= this.#startPlayer(sampleRateHz);
    this.#player.stdin?.write(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  }

  /** Drops what is not yet heard. */
  flush(): void {
    this.#player?.kill();
    this.#player = null;
  }

  close(): void {
    const recorder = this.#recorder;
    this.#recorder = null;
    recorder?.kill();
    this.flush();
  }

  #startPlayer(sampleRateHz: number): ChildProcess {
    const [command, ...args] = this.#program.play(sampleRateHz);
    const player = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    // A player that was killed for an interruption may still have bytes on the way to it.
    player.stdin.on('error', () => undefined);
    player.on('error', () => undefined);
    return player;
  }
}
