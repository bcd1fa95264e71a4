import { createRequire } from 'node:module';
import type * as SmartWhisper from 'smart-whisper';

/**
 * smart-whisper without whisper.cpp's log, which would fill stderr at every call. The binding asks once, while it
 * loads, whether this is production, and is silent then; nothing else hangs on the answer.
 */
export const smartWhisper = loadInProduction();

function loadInProduction(): typeof SmartWhisper {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return createRequire(import.meta.url)('smart-whisper') as typeof SmartWhisper;
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
