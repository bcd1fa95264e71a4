import { z } from 'zod';

/** The client message by which a client tells how far it has played: `{ t: 'played-up-to', d: { ms } }`. */
export const playedUpTo = 'played-up-to';

const position = z.object({ ms: z.number().nonnegative() });

/**
 * The milliseconds of all audio of the connection that were played, or dropped, by the client.
 *
 * @returns undefined for what is no number of 0 and more
 */
export function playedMsOf(data: unknown): number | undefined {
  return position.safeParse(data).data?.ms;
}
