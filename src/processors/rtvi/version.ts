import { rtviProtocolVersion } from './messages.js';

/** Major, minor, patch. */
export type RtviVersion = readonly [major: number, minor: number, patch: number];

/** What is assumed of a client that has not said which version it speaks. */
export const unknownVersion: RtviVersion = [0, 0, 0];

const ours: RtviVersion = [2, 2, 0];
/** Clients of this major are still served, without what came with version 2. */
const legacyMajor = 1;

/** What a handshake comes to. */
export interface Negotiation {
  /** What the client speaks; {@link unknownVersion} when it did not say, or not in three numbers. */
  readonly client: RtviVersion;
  /** The version that `bot-ready` names. */
  readonly announced: string;
  /** Why the client may not work, for its `error-response`; null when it will. The session goes on in any case. */
  readonly warning: string | null;
}

function parse(version: string): RtviVersion | null {
  const numbers = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(version);
  return numbers === null ? null : [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
}

/**
 * Which version a `bot-ready` names, and whether the client has to be warned. Only the major counts: any 2.x is
 * answered with our own version, any 1.x with its own, so that its library takes its old ways.
 *
 * @param version of `client-ready`; null when there was none
 */
export function negotiateVersion(version: string | null): Negotiation {
  const warn = (reason: string) => `${reason} Compatibility issues may occur.`;
  if (version === null || version === '') {
    const warning = warn('Client version unknown.');
    return { client: unknownVersion, announced: rtviProtocolVersion, warning };
  }
  const client = parse(version);
  if (client === null) {
    const warning = warn(`Invalid client version format (${version.slice(0, 40)}).`);
    return { client: unknownVersion, announced: rtviProtocolVersion, warning };
  }
  if (client[0] === legacyMajor) return { client, announced: client.join('.'), warning: null };
  if (client[0] === ours[0]) return { client, announced: rtviProtocolVersion, warning: null };
  const warning = warn(
    `RTVI version ${version} is not compatible with server protocol ${rtviProtocolVersion}.`,
  );
  return { client, announced: rtviProtocolVersion, warning };
}

/** True for a client of the deprecated 1.x protocol. */
export const isLegacy = (client: RtviVersion): boolean => client[0] === legacyMajor;

/** True when the client speaks at least 2.2.0, which brought raw texts and backchannels. */
export function hasRawText([major, minor]: RtviVersion): boolean {
  return major > ours[0] || (major === ours[0] && minor >= ours[1]);
}
