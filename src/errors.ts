/**
 * The one table of error codes. Every error that reaches a user, a client or a log carries one of these.
 *
 * Messages name the fault and the next step, and never contain what a user said or what is remembered.
 * `docs/errors.md` lists the same codes; a test keeps the two in step. A code is never reused.
 */
export const errorTable = {
  SLOWCAT_CONFIG_INVALID: 'A setting has a value that cannot be used.',
  SLOWCAT_FRAME_UNDECODABLE: 'A WebSocket message cannot be read in the format of its connection.',
  SLOWCAT_FRAME_UNENCODABLE: 'A frame cannot be sent as a WebSocket message.',
  SLOWCAT_FRAME_TOO_LARGE: 'A WebSocket message is larger than the limit.',
  SLOWCAT_AUDIO_INVALID: 'Audio has a sample rate, channel count or length that cannot be used.',
  SLOWCAT_WAV_INVALID: 'A WAV file is damaged or of an unsupported kind.',
  SLOWCAT_AUTH_REQUIRED: 'The server listens beyond localhost and wants a token.',
  SLOWCAT_CLIENT_STALLED: 'A client does not take what it is sent.',
  SLOWCAT_TOO_MANY_SESSIONS: 'The server holds as many sessions as it is set to.',
  SLOWCAT_BRIDGE_MESSAGE: 'A message of the bridge cannot be understood.',
  SLOWCAT_BRIDGE_VERSION: 'A client of the bridge speaks a version that this server does not.',
  SLOWCAT_BRIDGE_BUSY: 'A client of the bridge asks for more at once than one may.',
  SLOWCAT_BRIDGE_OFF: 'A client of the bridge asks for what this server does not have.',
  SLOWCAT_PORT_IN_USE: 'The port is taken by another program.',
  SLOWCAT_SERVER_UNREACHABLE: 'No Slowcat server answers at the address.',
  SLOWCAT_NOT_READY: 'The engines are still warming up.',
  SLOWCAT_ENGINE_FAILED: 'An engine failed while it worked.',
  SLOWCAT_ENGINE_CLOSED: 'An engine was asked to work after it was closed.',
  SLOWCAT_LLM_UNREACHABLE: 'The OpenAI-compatible server did not answer.',
  SLOWCAT_PROMPT_TOO_LONG: 'A prompt does not fit into what the language model can see at once.',
  SLOWCAT_MODEL_UNKNOWN: 'The catalog lists no model of that name.',
  SLOWCAT_MODEL_MISSING: 'A model file is not on this machine.',
  SLOWCAT_MODEL_CHECKSUM: 'A model file does not have the checksum that the catalog lists.',
  SLOWCAT_MODEL_FETCH: 'A model could not be brought from any of its sources.',
  SLOWCAT_MODEL_FORMAT: 'A model file is not of the format that its converter expects.',
  SLOWCAT_SETUP_LOCKED: 'Another set-up holds the lock.',
  SLOWCAT_MEMORY_USER: 'A user id is empty, too long or has characters that keys cannot hold.',
  SLOWCAT_MEMORY_CLOSED: 'The memory was used after it was closed.',
  SLOWCAT_MEMORY_STORE: 'The memory store could not be read or written.',
  SLOWCAT_MEMORY_CORRUPT: 'A file of the memory is damaged.',
  SLOWCAT_MEMORY_FORMAT: 'The memory was written by another version of Slowcat.',
  SLOWCAT_MEMORY_FULL: 'The disk has no room for the memory to grow.',
  SLOWCAT_MEMORY_FILE: 'A file of turns or questions cannot be read or written.',
  SLOWCAT_MEMORY_LINE: 'A line of a file is not a turn or a question.',
  SLOWCAT_TIMELINE_FILE: 'The timeline of a session cannot be read, or its page not be written.',
  SLOWCAT_PROCESSOR_FAILED: 'A frame processor failed while it handled a frame.',
  SLOWCAT_TOOL_FAILED: 'A function that the language model has called failed.',
  SLOWCAT_PIPELINE_TIMEOUT: 'A pipeline did not start, end or cancel in time.',
} as const;

export type ErrorCode = keyof typeof errorTable;

const marker = Symbol.for('slowcat.error');

/** An error with a stable code. `cause` keeps what went wrong underneath. */
export class SlowcatError extends Error {
  readonly code: ErrorCode;
  readonly [marker] = true;

  /**
   * @param code one of {@link errorTable}
   * @param detail what happened here and what to do next; never user words
   */
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? errorTable[code] : `${errorTable[code]} ${detail}`, options);
    this.name = 'SlowcatError';
    this.code = code;
  }

  /** True for any SlowcatError, also one from a second copy of the package. */
  static isInstance(error: unknown): error is SlowcatError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}
