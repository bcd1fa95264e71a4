import { SlowcatError } from '../../errors.js';

/** `JSON.stringify` as it is: a function or undefined gives undefined. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** Throws `SLOWCAT_FRAME_UNENCODABLE` for what is not JSON: functions, cycles, big integers. */
export const toJson = (message: unknown): string => {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = stringify(message);
  } catch (error) {
    cause = error;
  }
  if (json !== undefined) return json;
  throw new SlowcatError('SLOWCAT_FRAME_UNENCODABLE', 'A transport message must be plain JSON data.', {
    cause,
  });
};

/** Undefined for what is not JSON. The parser's own message quotes the text, so it goes no further. */
export const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
