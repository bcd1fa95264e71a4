import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's root: set-up works there whatever the current folder is. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** @param {...string} names @returns {string} */
export const inRoot = (...names) => join(root, ...names);
