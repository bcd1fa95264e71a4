import { z } from 'zod';
import { ToolError, defineTool } from './define-tool.js';
import type { FunctionSchema } from './function-schema.js';

export interface CurrentTimeOptions {
  /** Wall clock, Unix milliseconds. @defaultValue Date.now */
  readonly nowMs?: () => number;
  /** Time zone when the model names none. @defaultValue that of the machine */
  readonly timeZone?: string;
}

/** Tells the model date and time, which it cannot know. */
export function currentTimeTool({ nowMs = Date.now, timeZone }: CurrentTimeOptions = {}): FunctionSchema {
  return defineTool({
    name: 'current_time',
    description: 'Tells the current date, day of the week and time of day.',
    parameters: z.object({
      timezone: z
        .string()
        .max(60)
        .optional()
        .describe('IANA name such as Europe/Berlin, if another place is meant'),
    }),
    run: ({ timezone }) => {
      const now = new Date(nowMs());
      const zone = timezone === undefined || timezone === '' ? timeZone : timezone;
      let format: Intl.DateTimeFormat;
      try {
        format = new Intl.DateTimeFormat('en-US', {
          dateStyle: 'full',
          timeStyle: 'short',
          ...(zone === undefined ? {} : { timeZone: zone }),
        });
      } catch {
        throw new ToolError('No such time zone. Use an IANA name such as Europe/Berlin, or leave it out.');
      }
      return { now: format.format(now), timezone: format.resolvedOptions().timeZone };
    },
  });
}
