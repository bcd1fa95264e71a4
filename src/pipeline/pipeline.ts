import { FrameProcessor, type FrameProcessorOptions } from './frame-processor.js';
import type { Frame, FrameDirection } from './frames/index.js';
import { PipelineEdge } from './pipeline-edge.js';
import type { FrameProcessorSetup } from './processor-setup.js';

export interface PipelineOptions extends FrameProcessorOptions {
  /** Takes the frames that leave the pipeline, either way. @defaultValue they go to the neighbours */
  readonly onFrameOut?: (frame: Frame, direction: FrameDirection) => void;
}

/** Processors in a row, which are a processor themselves: pipelines nest. Has no queue of its own. */
export class Pipeline extends FrameProcessor {
  readonly #processors: readonly FrameProcessor[];
  readonly #source: PipelineEdge;
  readonly #sink: PipelineEdge;

  constructor(processors: readonly FrameProcessor[], options: PipelineOptions = {}) {
    super(options);
    this.#processors = [...processors];
    const out =
      options.onFrameOut ??
      ((frame: Frame, direction: FrameDirection): void => {
        this.pushFrame(frame, direction);
      });
    this.#source = new PipelineEdge(`${this.name}::Source`, 'upstream', out);
    this.#sink = new PipelineEdge(`${this.name}::Sink`, 'downstream', out);
    let last: FrameProcessor = this.#source;
    for (const processor of [...this.#processors, this.#sink]) {
      last.link(processor);
      last = processor;
    }
  }

  override get processors(): readonly FrameProcessor[] {
    return this.#processors;
  }

  override queueFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    (direction === 'downstream' ? this.#source : this.#sink).queueFrame(frame, direction);
  }

  override async beginSession(setup: FrameProcessorSetup): Promise<void> {
    const parts = [this.#source, ...this.#processors, this.#sink];
    await Promise.all([super.beginSession(setup), ...parts.map((part) => part.beginSession(setup))]);
  }

  override async endSession(): Promise<void> {
    const parts = [this.#source, ...this.#processors, this.#sink];
    await Promise.all([super.endSession(), ...parts.map((part) => part.endSession())]);
  }
}

/** All processors in and below the given ones, in the order of the frames. */
export function allProcessors(processors: readonly FrameProcessor[]): readonly FrameProcessor[] {
  return processors.flatMap((processor) => [processor, ...allProcessors(processor.processors)]);
}
