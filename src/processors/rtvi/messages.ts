import { z } from 'zod';

/** Version of the RTVI protocol that this server speaks (Pipecat 1.14). */
export const rtviProtocolVersion = '2.2.0';
export const rtviLabel = 'rtvi-ai';

/** The envelope of every RTVI message. */
export interface RtviMessage {
  readonly label: typeof rtviLabel;
  readonly type: string;
  /** On requests, and on the server messages that answer one. */
  readonly id?: string;
  readonly data?: unknown;
}

/** Builds a server-to-client message; keys without a value are left out, as Pipecat does. */
export function rtviMessage(type: string, data?: unknown, id?: string): RtviMessage {
  return {
    label: rtviLabel,
    type,
    ...(id === undefined ? {} : { id }),
    ...(data === undefined ? {} : { data }),
  };
}

const envelope = z.object({
  label: z.literal(rtviLabel),
  type: z.string(),
  id: z.string(),
  data: z.unknown().optional(),
});

const clientReady = z.object({ version: z.string() });
const sendText = z.object({
  content: z.string(),
  options: z
    .object({ run_immediately: z.boolean().default(true), audio_response: z.boolean().default(true) })
    .partial()
    .default({}),
});
const clientMessage = z.object({ t: z.string(), d: z.unknown().optional() });

/** What a client asks for, checked. */
export type RtviRequest =
  | { readonly type: 'client-ready'; readonly id: string; readonly version: string | null }
  | { readonly type: 'disconnect-bot'; readonly id: string }
  | {
      readonly type: 'send-text';
      readonly id: string;
      readonly content: string;
      readonly runImmediately: boolean;
    }
  | { readonly type: 'client-message'; readonly id: string; readonly t: string; readonly d: unknown }
  /** Not a request that this server knows; `reason` names it without quoting content. */
  | { readonly type: 'unsupported'; readonly id: string; readonly reason: string };

/**
 * Reads a client's message.
 *
 * @returns null for a message that is not RTVI's (ignored, as Pipecat does); `'invalid'` for RTVI without type or id
 */
export function parseRtviRequest(message: unknown): RtviRequest | 'invalid' | null {
  if (typeof message !== 'object' || message === null || !('label' in message) || message.label !== rtviLabel)
    return null;
  const parsed = envelope.safeParse(message);
  if (!parsed.success) return 'invalid';
  const { type, id, data } = parsed.data;
  switch (type) {
    case 'client-ready':
      return { type, id, version: clientReady.safeParse(data).data?.version ?? null };
    case 'disconnect-bot':
      return { type, id };
    case 'send-text': {
      const text = sendText.safeParse(data);
      if (!text.success) return { type: 'unsupported', id, reason: 'send-text needs data.content, a text' };
      return {
        type,
        id,
        content: text.data.content,
        runImmediately: text.data.options.run_immediately ?? true,
      };
    }
    case 'client-message': {
      const body = clientMessage.safeParse(data);
      if (!body.success) return { type: 'unsupported', id, reason: 'client-message needs data.t, a text' };
      return { type, id, t: body.data.t, d: body.data.d };
    }
    default:
      return { type: 'unsupported', id, reason: `Unsupported type ${type.slice(0, 60)}` };
  }
}

/** Which version a `bot-ready` names, and whether the client has to be warned. */
export function negotiateVersion(client: string | null): {
  readonly version: string;
  readonly compatible: boolean;
} {
  const major = client === null ? null : /^(\d+)\.\d+\.\d+$/.exec(client)?.[1];
  if (client !== null && major === '1') return { version: client, compatible: true };
  return { version: rtviProtocolVersion, compatible: major === '2' };
}
