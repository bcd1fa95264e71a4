/** Something with queued work, see {@link wake}. */
export interface Runnable {
  /** Does one unit of work. @returns true when more can be done at once */
  step(): boolean;
}

/** What steps may take of one turn of the event loop before sockets and timers get theirs, in milliseconds. */
export const sliceMs = 2;
/** Steps between two looks at the time. */
const stepsPerLook = 4;

let ready: Runnable[] = [];
let next = 0;
let loopQueued = false;
/** Time of steps in the turn of the event loop under way. */
let spentMs = 0;
let turnEnds = false;

/**
 * Lets a processor run soon, in a microtask: never on the caller's stack, so that a chain of any length
 * needs no deeper stack, and what is queued in one go is seen in one go (system frames first).
 *
 * All processors of all sessions take turns, one unit each, without a promise per hop. Once steps have taken
 * {@link sliceMs} of a turn of the event loop, the rest waits for its end, however many timers and sockets wake
 * processors in it: what is due, such as the next message of a voice, is late by a slice and not by all that other
 * sessions have to do. The caller sees to it that a runnable is in line once.
 */
export function wake(runnable: Runnable): void {
  ready.push(runnable);
  if (loopQueued) return;
  loopQueued = true;
  // With nothing left of the slice, the end of the turn runs what is ready.
  if (spentMs < sliceMs) queueMicrotask(run);
}

/** True when no processor in this process has work in line. */
export function isIdle(): boolean {
  return !loopQueued;
}

function run(): void {
  const startMs = performance.now();
  if (!turnEnds) {
    turnEnds = true;
    setImmediate(endTurn);
  }
  const done = stepUntil(startMs + sliceMs - spentMs);
  spentMs += performance.now() - startMs;
  if (!done) return;
  ready.length = 0;
  next = 0;
  loopQueued = false;
}

function endTurn(): void {
  turnEnds = false;
  spentMs = 0;
  if (loopQueued) run();
}

/** @returns true when nothing is left to do */
function stepUntil(endMs: number): boolean {
  for (let steps = 1; next < ready.length; steps += 1) {
    const runnable = ready[next];
    next += 1;
    if (runnable?.step()) ready.push(runnable);
    if (next >= 1024) {
      ready = ready.slice(next);
      next = 0;
    }
    if (steps % stepsPerLook === 0 && performance.now() >= endMs && next < ready.length) return false;
  }
  return true;
}
