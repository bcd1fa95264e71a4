/** What a microphone delivers: 20 ms of 16 kHz mono at a time, for ever. */
export const micSampleRateHz = 16_000;
export const micChunkMs = 20;
const chunkSamples = (micSampleRateHz * micChunkMs) / 1000;

interface Recording {
  readonly pcm: Int16Array;
  at: number;
  /** Sample index behind the last sound. */
  readonly speechEnd: number;
  readonly onSpeechEnd: () => void;
}

/**
 * Plays recordings as a microphone would deliver them: in real time, with silence before, between and behind,
 * because a live microphone never stops sending and the server's turn decision needs the silence.
 *
 * Pure: `chunksDue` is told the time and gives what a microphone would have delivered by then.
 */
export class MicrophoneClock {
  readonly #queue: Recording[] = [];
  #startMs: number | null = null;
  #sent = 0;

  /** Queues a recording. `onSpeechEnd` is called when its last sound goes out. */
  play(pcm16k: Int16Array, onSpeechEnd: () => void): void {
    this.#queue.push({ pcm: pcm16k, at: 0, speechEnd: lastSound(pcm16k), onSpeechEnd });
  }

  /** Everything due at this time and not yet given, chunk by chunk. */
  chunksDue(nowMs: number): Int16Array[] {
    this.#startMs ??= nowMs;
    const due = Math.floor((nowMs - this.#startMs) / micChunkMs) + 1;
    const chunks: Int16Array[] = [];
    for (; this.#sent < due; this.#sent++) chunks.push(this.#next());
    return chunks;
  }

  #next(): Int16Array {
    const chunk = new Int16Array(chunkSamples);
    const recording = this.#queue[0];
    if (recording === undefined) return chunk;
    const before = recording.at;
    chunk.set(recording.pcm.subarray(before, before + chunkSamples));
    recording.at += chunkSamples;
    if (before < recording.speechEnd && recording.at >= recording.speechEnd) recording.onSpeechEnd();
    if (recording.at >= recording.pcm.length) {
      this.#queue.shift();
      if (recording.speechEnd === 0) recording.onSpeechEnd();
    }
    return chunk;
  }
}

/** Share of the recording's loudest 20 ms below which nothing counts as sound: -34 dB, well under any consonant. */
const silenceShare = 0.02;

function lastSound(pcm: Int16Array): number {
  let loudest = 0;
  const levels: number[] = [];
  for (let at = 0; at < pcm.length; at += chunkSamples) {
    let sum = 0;
    for (const sample of pcm.subarray(at, at + chunkSamples)) sum += sample * sample;
    const level = Math.sqrt(sum / chunkSamples);
    levels.push(level);
    loudest = Math.max(loudest, level);
  }
  if (loudest === 0) return 0;
  const last = levels.findLastIndex((level) => level > loudest * silenceShare);
  return Math.min(pcm.length, (last + 1) * chunkSamples);
}
