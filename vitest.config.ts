import { defineConfig } from 'vitest/config';

/** What is waited for comes, or the test fails; a second is too short for a busy machine to tell. */
const pollTimeoutMs = 15_000;

/**
 * Two projects: `unit` needs no weights and runs beside every file; `real` loads real weights,
 * one file at a time, because two cores cannot host several models at once.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/unit/**/*.test.ts',
            'test/questions/**/*.test.ts',
            'test/memory/**/*.test.ts',
          ],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
          setupFiles: ['test/property-seed.ts'],
          expect: { poll: { timeout: pollTimeoutMs } },
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'real',
          include: [
            'src/**/*.real.test.ts',
            'test/real/**/*.test.ts',
            'test/questions/**/*.real.test.ts',
            'test/memory/**/*.real.test.ts',
            'test/recorded/**/*.test.ts',
            'test/faults/**/*.test.ts',
            'test/interop/**/*.test.ts',
            'test/examples/**/*.test.ts',
            'test/browser/**/*.test.ts',
          ],
          setupFiles: ['test/property-seed.ts'],
          expect: { poll: { timeout: pollTimeoutMs } },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
