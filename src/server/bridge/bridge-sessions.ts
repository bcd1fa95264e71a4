import type { Logger } from 'pino';

import { SystemClock, type Clock } from '../../pipeline/index.js';
import type { SessionFactory } from '../session.js';
import type { BridgeParts } from './answer.js';
import { BridgeSession } from './bridge-session.js';
import type { BridgeLimits } from './limits.js';

export interface BridgeOptions {
  readonly parts: BridgeParts;
  readonly logger: Logger;
  readonly limits?: Partial<BridgeLimits>;
  /** @defaultValue the system's */
  readonly clock?: Clock;
}

/** Builds, for each socket of `/bridge`, what answers its requests out of shared engines and memory. */
export function bridgeSessions({ parts, logger, limits, clock }: BridgeOptions): SessionFactory {
  return ({ socket, userId, sessionId }) => {
    const log = logger.child({ session: sessionId });
    return Promise.resolve(
      new BridgeSession(socket, {
        parts,
        userId,
        clock: clock ?? new SystemClock(),
        ...(limits === undefined ? {} : { limits }),
        onFault: (fault, type) => log.debug({ fault, type }, 'bridge request failed'),
      }),
    );
  };
}
