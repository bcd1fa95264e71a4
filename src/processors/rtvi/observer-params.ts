/**
 * How much a client learns of a function call: nothing; that there is one; its name; the arguments too; all.
 */
export type FunctionCallReportLevel = 'disabled' | 'none' | 'name' | 'arguments' | 'full';

/** By function name; `*` is for those that are not listed. */
export type FunctionCallReportLevels = Readonly<Record<string, FunctionCallReportLevel>>;

/** Which RTVI messages an observer sends. The names and the defaults are Pipecat's. */
export interface RTVIObserverParams {
  /** `bot-output`. @defaultValue true */
  readonly botOutputEnabled: boolean;
  /** `bot-llm-started`, `bot-llm-stopped`, `bot-llm-text` and `bot-transcription`. @defaultValue true */
  readonly botLlmEnabled: boolean;
  /** `bot-llm-marker`. @defaultValue false */
  readonly botLlmMarkerEnabled: boolean;
  /** `bot-tts-started`, `bot-tts-stopped` and `bot-tts-text`. @defaultValue true */
  readonly botTtsEnabled: boolean;
  /** `bot-started-speaking`, `bot-stopped-speaking` and `bot-interrupted`. @defaultValue true */
  readonly botSpeakingEnabled: boolean;
  /** `user-llm-text`. @defaultValue true */
  readonly userLlmEnabled: boolean;
  /** `user-started-speaking`, `user-stopped-speaking`: the turn. @defaultValue true */
  readonly userSpeakingEnabled: boolean;
  /** `vad-user-started-speaking`, `vad-user-stopped-speaking`: the voice. @defaultValue false */
  readonly vadUserSpeakingEnabled: boolean;
  /** `user-mute-started`, `user-mute-stopped`. @defaultValue true */
  readonly userMuteEnabled: boolean;
  /** `user-transcription`. @defaultValue true */
  readonly userTranscriptionEnabled: boolean;
  /** `user-input`. @defaultValue true */
  readonly userInputEnabled: boolean;
  /** `metrics`. @defaultValue true */
  readonly metricsEnabled: boolean;
  /** `stt-raw-text`, to clients of 2.2.0 and newer. @defaultValue false */
  readonly sttRawTextEnabled: boolean;
  /** `llm-raw-text`, to clients of 2.2.0 and newer. @defaultValue false */
  readonly llmRawTextEnabled: boolean;
  /** `tts-raw-text`, to clients of 2.2.0 and newer. @defaultValue false */
  readonly ttsRawTextEnabled: boolean;
  /** `user-audio-level`. @defaultValue false */
  readonly userAudioLevelEnabled: boolean;
  /** `bot-audio-level`. @defaultValue false */
  readonly botAudioLevelEnabled: boolean;
  /** Shortest time between two audio levels. @defaultValue 150 */
  readonly audioLevelPeriodMs: number;
  /** Types of text that are kept out of `bot-output` and the spoken text, such as `code`. @defaultValue [] */
  readonly skipTextTypes: readonly string[];
  /** @defaultValue `{'*': 'none'}`: that there is a call, and its id */
  readonly functionCallReportLevel: FunctionCallReportLevels;
}

export const defaultRTVIObserverParams: RTVIObserverParams = {
  botOutputEnabled: true,
  botLlmEnabled: true,
  botLlmMarkerEnabled: false,
  botTtsEnabled: true,
  botSpeakingEnabled: true,
  userLlmEnabled: true,
  userSpeakingEnabled: true,
  vadUserSpeakingEnabled: false,
  userMuteEnabled: true,
  userTranscriptionEnabled: true,
  userInputEnabled: true,
  metricsEnabled: true,
  sttRawTextEnabled: false,
  llmRawTextEnabled: false,
  ttsRawTextEnabled: false,
  userAudioLevelEnabled: false,
  botAudioLevelEnabled: false,
  audioLevelPeriodMs: 150,
  skipTextTypes: [],
  functionCallReportLevel: { '*': 'none' },
};
