import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { SlowcatError } from '../../errors.js';

/**
 * Says what went wrong between us and a server, with the next step. What the server wrote is left out: it may
 * quote the user.
 *
 * @param address the server's address without credentials
 */
export function chatFailure(error: unknown, address: string, model: string): SlowcatError {
  if (SlowcatError.isInstance(error)) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return unreachable(`${address} did not answer in time. Start it, or set a longer timeoutMs.`, error);
  }
  if (error instanceof APIConnectionError) {
    return unreachable(`Nothing answers at ${address}. Start the server, or correct its address.`, error);
  }
  if (error instanceof APIError && typeof error.status === 'number') {
    return byStatus(error, error.status, address, model);
  }
  return new SlowcatError(
    'SLOWCAT_ENGINE_FAILED',
    `The answer of ${address} broke off or could not be read. Ask again; see the server's log if it stays so.`,
    { cause: withoutWords(error) },
  );
}

function byStatus(error: unknown, status: number, address: string, model: string): SlowcatError {
  const cause = withoutWords(error);
  switch (status) {
    case 401:
    case 403:
      return unreachable(`${address} refuses the API key (${status}). Set the right one.`, cause);
    case 404:
      return new SlowcatError(
        'SLOWCAT_MODEL_UNKNOWN',
        `${address} does not know the model ${model} (404). Load it there, or name one that it lists.`,
        { cause },
      );
    default:
      return new SlowcatError(
        'SLOWCAT_ENGINE_FAILED',
        `${address} answered with status ${status}. See the server's own log for the reason.`,
        { cause },
      );
  }
}

function unreachable(detail: string, cause: unknown): SlowcatError {
  return new SlowcatError('SLOWCAT_LLM_UNREACHABLE', detail, { cause });
}

/** Keeps the kind of an error; a server's message may repeat the prompt that it could not handle. */
function withoutWords(error: unknown): Error {
  if (error instanceof APIError) return new Error(`${error.name}, status ${String(error.status)}`);
  return error instanceof Error ? new Error(error.name) : new Error('not an error object');
}
