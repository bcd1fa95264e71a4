import type { Frame, FrameDirection } from './frames/index.js';

/**
 * First in, first out, in one ring of slots, so that a hop allocates nothing. Frame and direction lie in
 * two arrays; the direction of the frame last taken is in {@link takenDirection}.
 */
export class FrameQueue {
  #frames: (Frame | undefined)[] = new Array<Frame | undefined>(8).fill(undefined);
  #directions: FrameDirection[] = new Array<FrameDirection>(8).fill('downstream');
  #head = 0;
  #size = 0;

  /** Direction of the frame that {@link take} gave last. */
  takenDirection: FrameDirection = 'downstream';

  get size(): number {
    return this.#size;
  }

  add(frame: Frame, direction: FrameDirection): void {
    if (this.#size === this.#frames.length) this.#grow();
    const slot = (this.#head + this.#size) & (this.#frames.length - 1);
    this.#frames[slot] = frame;
    this.#directions[slot] = direction;
    this.#size += 1;
  }

  /** The oldest frame, or undefined when there is none. */
  take(): Frame | undefined {
    if (this.#size === 0) return undefined;
    const frame = this.#frames[this.#head];
    this.takenDirection = this.#directions[this.#head] ?? 'downstream';
    this.#frames[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#frames.length - 1);
    this.#size -= 1;
    return frame;
  }

  /** Drops every frame whose `interruptible` is true; the others keep their order. */
  dropInterruptible(): void {
    for (let left = this.#size; left > 0; left -= 1) {
      const frame = this.take();
      if (frame?.interruptible === false) this.add(frame, this.takenDirection);
    }
  }

  clear(): void {
    while (this.take() !== undefined);
  }

  #grow(): void {
    const { length } = this.#frames;
    const frames: (Frame | undefined)[] = [];
    const directions: FrameDirection[] = [];
    for (let i = 0; i < length * 2; i += 1) {
      const slot = (this.#head + i) & (length - 1);
      frames.push(i < length ? this.#frames[slot] : undefined);
      directions.push(this.#directions[slot] ?? 'downstream');
    }
    this.#frames = frames;
    this.#directions = directions;
    this.#head = 0;
  }
}
