import type { Handle, TranscribeParams } from 'smart-whisper';
import { SlowcatError } from '../../errors.js';
import type { DecodeWindow } from './context-policy.js';
import { smartWhisper } from './quiet-binding.js';
import type { Decoded } from './transcribe-segment.js';

const { binding, WhisperModel, WhisperSamplingStrategy } = smartWhisper;

export interface NativeWhisper {
  decode(pcm16k: Float32Array, settings: NativeSettings): Promise<Decoded>;
  /** Frees the weights. Nothing may be running. */
  free(): Promise<void>;
}

export interface NativeSettings {
  readonly window: DecodeWindow;
  readonly threads: number;
  /** Two letters, or `auto` to let the model find out. */
  readonly language: string;
  readonly prompt: string | undefined;
}

/** @param endOfTextId token ids from here on are no text */
export async function loadNativeWhisper(
  path: string,
  gpu: boolean,
  endOfTextId: number,
): Promise<NativeWhisper> {
  const model = await WhisperModel.load(path, gpu);
  return {
    free: () => model.free(),
    decode: async (pcm16k, settings) => {
      if (model.handle === null) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another Whisper.');
      return gather(await run(model.handle, pcm16k, toParams(settings)), endOfTextId);
    },
  };
}

function run(handle: Handle, pcm16k: Float32Array, params: DetailParams): Promise<readonly Segment[]> {
  return new Promise((resolve, reject) => {
    const finish = (outcome: readonly Segment[] | Error): void => {
      // A failure inside whisper.cpp arrives as an Error in the place of the segments.
      if (outcome instanceof Error) {
        reject(new SlowcatError('SLOWCAT_ENGINE_FAILED', 'Whisper could not decode.', { cause: outcome }));
      } else {
        resolve(outcome);
      }
    };
    binding.transcribe(handle, pcm16k, params, finish, () => undefined);
  });
}

type DetailParams = Partial<TranscribeParams<'detail'>>;

function toParams({ window, threads, language, prompt }: NativeSettings): DetailParams {
  return {
    format: 'detail',
    strategy:
      window.beams > 1
        ? WhisperSamplingStrategy.WHISPER_SAMPLING_BEAM_SEARCH
        : WhisperSamplingStrategy.WHISPER_SAMPLING_GREEDY,
    beam_size: window.beams,
    best_of: 1,
    n_threads: threads,
    audio_ctx: window.audioContext,
    max_tokens: window.maxTokens,
    single_segment: window.singleSegment,
    temperature: 0,
    temperature_inc: window.temperatureStep,
    no_timestamps: false,
    // Without its tokens for sounds the model must find words in noise.
    suppress_non_speech_tokens: false,
    language,
    ...(prompt === undefined ? {} : { initial_prompt: prompt }),
  };
}

interface Segment {
  readonly text: string;
  readonly tokens: readonly { readonly text: string; readonly id: number; readonly p: number }[];
}

function gather(segments: readonly Segment[], endOfTextId: number): Decoded {
  const tokens = segments.flatMap((segment) => segment.tokens);
  const last = tokens.at(-1);
  return {
    text: segments.map((segment) => segment.text).join(''),
    tokens: tokens.filter(({ id }) => id < endOfTextId).map(({ text, p }) => ({ text, probability: p })),
    stopped: last !== undefined && last.id >= endOfTextId,
  };
}
