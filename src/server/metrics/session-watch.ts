import type { Logger } from 'pino';

import type { Config } from '../../config/index.js';
import type { ActivityListener } from '../../processors/metrics/activity.js';
import { ActivityObserver } from '../../processors/metrics/activity-observer.js';
import { SessionTimeline } from '../../processors/metrics/session-timeline.js';
import type { ServerMetrics } from './server-metrics.js';
import { TimelineFile } from './timeline-file.js';

export interface SessionWatchOptions {
  readonly config: Pick<Config, 'timelineDir' | 'timelineWords'>;
  readonly sessionId: string;
  /** The name of the processor that sends. */
  readonly outputName: string;
  readonly logger: Logger;
  readonly metrics?: ServerMetrics | undefined;
  /** Unix milliseconds. @defaultValue the system clock */
  readonly nowMs?: () => number;
}

/** An observer that counts what happens in a session and writes its timeline, as far as either is wanted. */
export function watchSession(options: SessionWatchOptions): ActivityObserver {
  const { config, sessionId, outputName, logger, metrics, nowMs = () => Date.now() } = options;
  const listeners: ActivityListener[] = metrics ? [metrics.listen] : [];
  if (config.timelineDir === undefined) return new ActivityObserver({ outputName, listeners });
  const file = new TimelineFile({
    dir: config.timelineDir,
    sessionId,
    startedAtMs: nowMs(),
    words: config.timelineWords,
    onFailure: (error) => {
      const fault = error instanceof Error && 'code' in error ? error.code : 'unknown';
      logger.warn({ session: sessionId, fault }, 'the timeline cannot be written');
    },
  });
  const timeline = new SessionTimeline({
    words: config.timelineWords,
    onTurn: (turn) => file.turn(turn),
    onEnd: (totals) => file.end(totals),
  });
  listeners.push((activity) => timeline.on(activity));
  return new ActivityObserver({ outputName, listeners, finish: () => file.done() });
}
