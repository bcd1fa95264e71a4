/**
 * Hears what a page plays: a station in front of every loudspeaker (`AudioContext.destination`) of the page, so that only
 * sound counts that the browser's audio graph has rendered. To be loaded before anything that plays.
 */
const page = /** @type {any} */ (globalThis);
const { AudioContext, AudioDestinationNode, AudioNode, AudioWorkletNode, performance, setTimeout } = page;

/** Longer than a page may take to play what has arrived: audio runs 120 ms ahead. */
const quietMs = 300;

/** @type {{ atMs: number, samples: Float32Array }[]} */
const pieces = [];

page.AudioContext = class extends AudioContext {
  /** @param {unknown} options */
  constructor(options) {
    super(options);
    // Modules load in order: this one is there as soon as the page's own is.
    void (/** @type {any} */ (this).audioWorklet.addModule('/browser-tap.mjs'));
  }
};

/** @type {WeakMap<object, any>} by loudspeaker */
const taps = new WeakMap();

/** @param {any} loudspeaker */
function tapOf(loudspeaker) {
  const found = taps.get(loudspeaker);
  if (found) return found;
  const tap = new AudioWorkletNode(loudspeaker.context, 'tap');
  tap.port.onmessage = (/** @type {{ data: Float32Array[] }} */ { data }) =>
    pieces.push(...data.map((samples) => ({ atMs: performance.now(), samples })));
  connect.call(tap, loudspeaker);
  taps.set(loudspeaker, tap);
  return tap;
}

const { connect } = AudioNode.prototype;
AudioNode.prototype.connect = function (/** @type {unknown} */ target, /** @type {unknown[]} */ ...ports) {
  if (!(target instanceof AudioDestinationNode)) return connect.call(this, target, ...ports);
  connect.call(this, tapOf(target));
  return target;
};

/** What has sounded since it was last asked for, without silence; waits until what has begun is over. */
export async function heard() {
  let before = -1;
  while (before !== pieces.length) {
    before = pieces.length;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
  return pieces.splice(0);
}
