import fc from 'fast-check';

/**
 * Properties are checked on the same inputs every time, so that a red run is about the change at hand.
 * `SLOWCAT_SEED=random npm test -- src/…` looks for new counter-examples; a number repeats what it found.
 */
const seed = process.env['SLOWCAT_SEED'] ?? '20261121';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
