import { FrameProcessor } from './frame-processor.js';
import type { Frame, FrameDirection } from './frames/index.js';

/**
 * The end of a chain: what leaves the chain there goes to a function at once, without a queue. One stands
 * before the first processor (its source) and one behind the last (its sink).
 */
export class PipelineEdge extends FrameProcessor {
  readonly #outward: FrameDirection;
  readonly #out: (frame: Frame, direction: FrameDirection) => void;

  /** @param outward the direction in which frames leave the chain here */
  constructor(name: string, outward: FrameDirection, out: (frame: Frame, direction: FrameDirection) => void) {
    super({ name });
    this.#outward = outward;
    this.#out = out;
  }

  override queueFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    if (direction === this.#outward) this.#out(frame, direction);
    else this.pushFrame(frame, direction);
  }
}
