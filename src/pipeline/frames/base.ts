/** Which way of the queues a frame takes. See {@link SystemFrame}, {@link DataFrame}, {@link ControlFrame}. */
export type FrameFamily = 'system' | 'data' | 'control';

/** Which way a frame travels: with the audio towards the speaker, or back towards the microphone. */
export type FrameDirection = 'downstream' | 'upstream';

/** What frames know of a processor. Pause and resume frames are matched by its name. */
export interface ProcessorRef {
  readonly name: string;
}

let lastId = 0;
const namedPerType = new Map<string, number>();

function nextName(type: string): string {
  const n = namedPerType.get(type) ?? 0;
  namedPerType.set(type, n + 1);
  return `${type}#${n}`;
}

/**
 * One piece of work that travels through a pipeline. Frames are cheap: ids are counted, names and metadata
 * are made when first asked for.
 *
 * Extend a family ({@link SystemFrame}, {@link DataFrame}, {@link ControlFrame}), not this class. A frame is
 * sent once: to send the same content again, make another.
 */
export abstract class Frame {
  /** The class name, a literal in every concrete class, so that a `switch` can tell frames apart. */
  abstract readonly type: string;
  abstract readonly family: FrameFamily;

  /** Counted over the whole process from 1. */
  readonly id: number = ++lastId;
  /** Presentation time in nanoseconds of the pipeline clock; null when it goes out as it comes. */
  pts: bigint | null = null;
  /** False for a frame that an interruption neither drops nor stops. Read at the moment of interruption. */
  interruptible = true;
  /** Id of the copy that travels the other way, for a broadcast frame. */
  broadcastSiblingId: number | null = null;
  /** Where the frame came in, when a transport has several sources. */
  transportSource: string | null = null;
  /** Where the frame shall go out, when a transport has several destinations. */
  transportDestination: string | null = null;

  /** Set when the frame has been pushed for the first time. @internal */
  pushedBefore = false;
  #name: string | undefined;
  #metadata: Record<string, unknown> | undefined;

  /** `Class#n`, n counted per class from 0 in the order in which names are first asked for. */
  get name(): string {
    return (this.#name ??= nextName(this.type));
  }

  /** Free notes for processors of the same application. */
  get metadata(): Record<string, unknown> {
    return (this.#metadata ??= {});
  }

  toString(): string {
    return this.name;
  }
}

/** Overtakes what is queued, is handled at once and is never dropped by an interruption. */
export abstract class SystemFrame extends Frame {
  readonly family = 'system';
}

/** Content in order: audio, text, messages. Dropped by an interruption unless `interruptible` is false. */
export abstract class DataFrame extends Frame {
  readonly family = 'data';
}

/** Instructions in order with the data. Dropped by an interruption unless `interruptible` is false. */
export abstract class ControlFrame extends Frame {
  readonly family = 'control';
}
