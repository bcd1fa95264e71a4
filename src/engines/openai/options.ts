export interface OpenAiChatOptions {
  /** Address of the API, `/v1` included, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Model name as the server lists it. */
  readonly model: string;
  /** Sent as a bearer token; local servers need none. @defaultValue none */
  readonly apiKey?: string;
  /** Longest wait for the beginning of an answer, and between two of its pieces. @defaultValue 20000 */
  readonly timeoutMs?: number;
  /** Largest prompt plus answer that the server's model takes. @defaultValue 4096 */
  readonly contextTokens?: number;
  /** Sampling temperature, 0..2. @defaultValue 0 */
  readonly temperature?: number;
}

export const defaultOpenAiChatOptions = {
  timeoutMs: 20_000,
  contextTokens: 4096,
  temperature: 0,
} as const satisfies Partial<OpenAiChatOptions>;
