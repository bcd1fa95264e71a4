/** Something with queued work, see {@link wake}. */
export interface Runnable {
  /** Does one unit of work. @returns true when more can be done at once */
  step(): boolean;
}

/** Longest stretch of steps before sockets and timers get their turn, in milliseconds. */
export const sliceMs = 2;
/** Steps between two looks at the time. */
const stepsPerLook = 16;

let ready: Runnable[] = [];
let next = 0;
let loopQueued = false;

/**
 * Lets a processor run soon, in a microtask: never on the caller's stack, so that a chain of any length
 * needs no deeper stack, and what is queued in one go is seen in one go (system frames first).
 *
 * All processors of all sessions take turns, one unit each, without a promise per hop. After
 * {@link sliceMs} the loop lets the event loop turn. The caller sees to it that a runnable is in line once.
 */
export function wake(runnable: Runnable): void {
  ready.push(runnable);
  if (loopQueued) return;
  loopQueued = true;
  queueMicrotask(run);
}

/** True when no processor in this process has work in line. */
export function isIdle(): boolean {
  return !loopQueued;
}

function run(): void {
  const endMs = performance.now() + sliceMs;
  for (let steps = 1; next < ready.length; steps += 1) {
    const runnable = ready[next];
    next += 1;
    if (runnable?.step()) ready.push(runnable);
    if (next >= 1024) {
      ready = ready.slice(next);
      next = 0;
    }
    if (steps % stepsPerLook === 0 && performance.now() >= endMs && next < ready.length) {
      setImmediate(run);
      return;
    }
  }
  ready.length = 0;
  next = 0;
  loopQueued = false;
}
