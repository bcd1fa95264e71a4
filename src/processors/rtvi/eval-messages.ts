import { z } from 'zod';
import {
  CancelWorkerFrame,
  LLMConfigureOutputFrame,
  LLMMessagesTransformFrame,
  type Frame,
} from '../../pipeline/index.js';
import { RTVIConfigureObserverFrame } from './rtvi-frames.js';

const connect = z.object({ skip_tts: z.boolean().default(false) });
const configure = z.object({
  function_call_report_level: z
    .record(z.string(), z.enum(['disabled', 'none', 'name', 'arguments', 'full']))
    .nullish(),
  vad_user_speaking: z.boolean().nullish(),
  llm_markers: z.boolean().nullish(),
});
const context = z.object({
  messages: z.array(
    z.object({ role: z.enum(['system', 'user', 'assistant', 'developer']), content: z.string() }),
  ),
});

/**
 * What the messages of Pipecat's test harness (`pipecat eval`) do: the client messages whose kind begins with `eval-`.
 * Nothing answers them.
 *
 * @returns null for other messages
 */
export function evalFrames(kind: string, data: unknown): Frame[] | null {
  switch (kind) {
    case 'eval-connect':
      return [configureOutput(connect.safeParse(data).data?.skip_tts ?? false)];
    case 'eval-configure': {
      const asked = configure.safeParse(data).data;
      if (asked === undefined) return [];
      const { function_call_report_level: levels, vad_user_speaking: vad, llm_markers: markers } = asked;
      const change = {
        ...(levels == null ? {} : { functionCallReportLevel: levels }),
        ...(vad == null ? {} : { vadUserSpeakingEnabled: vad }),
        ...(markers == null ? {} : { botLlmMarkerEnabled: markers }),
      };
      return [new RTVIConfigureObserverFrame(change)];
    }
    case 'eval-context': {
      const messages = context.safeParse(data).data?.messages ?? [];
      // Pipecat's services keep their instruction beside the context; here it is the first message, and stays.
      const isInstruction = messages.some(({ role }) => role === 'system');
      return [
        new LLMMessagesTransformFrame((now) => [
          ...(isInstruction ? [] : now.slice(0, 1).filter(({ role }) => role === 'system')),
          ...messages,
        ]),
      ];
    }
    case 'eval-cancel':
      return [new CancelWorkerFrame('the test is over')];
    case 'eval-image':
      // The built-in bot asks for no images.
      return [];
    default:
      return null;
  }
}

/** Stays when an interruption comes: the answers after it would be silent for good. */
export function configureOutput(skipTts: boolean): LLMConfigureOutputFrame {
  const frame = new LLMConfigureOutputFrame(skipTts);
  frame.interruptible = false;
  return frame;
}
