import {
  PipelineTask,
  type FrameProcessor,
  type Pipeline,
  type PipelineTaskOptions,
} from '../pipeline/index.js';
import { allProcessors } from '../pipeline/pipeline.js';
import type { ProcessorRef } from '../pipeline/index.js';
import type { RTVIObserverParams } from '../processors/rtvi/observer-params.js';
import { RTVIObserver } from '../processors/rtvi/rtvi-observer.js';
import { RTVIProcessor, type RTVIProcessorOptions } from '../processors/rtvi/rtvi-processor.js';
import { WebSocketInputTransport } from '../transport/websocket/websocket-input-transport.js';
import { WebSocketOutputTransport } from '../transport/websocket/websocket-output-transport.js';

export interface PipelineWorkerOptions extends PipelineTaskOptions {
  /** Whether RTVI clients are served and told what goes on. @defaultValue true */
  readonly enableRtvi?: boolean;
  readonly rtvi?: Omit<RTVIProcessorOptions, 'flush'>;
  readonly rtviObserverParams?: Partial<RTVIObserverParams>;
  /** Processors of which RTVI clients hear nothing, such as those of a silent branch. @defaultValue none */
  readonly rtviIgnoredSources?: readonly ProcessorRef[];
}

/**
 * A {@link PipelineTask} that serves RTVI clients as well: it puts an RTVIProcessor behind the input transport and
 * reports what the frames tell. A pipeline without a WebSocket transport runs as it is.
 */
export class PipelineWorker extends PipelineTask {
  constructor(pipeline: Pipeline | readonly FrameProcessor[], options: PipelineWorkerOptions = {}) {
    const { enableRtvi = true, rtvi, rtviObserverParams, rtviIgnoredSources, ...taskOptions } = options;
    const processors = 'processors' in pipeline ? pipeline.processors : pipeline;
    const output = allProcessors(processors).find((one) => one instanceof WebSocketOutputTransport);
    if (!enableRtvi || output === undefined) {
      super(processors, taskOptions);
      return;
    }
    const task: { flush?: () => Promise<unknown> } = {};
    const processor = new RTVIProcessor({
      about: { library: 'slowcat' },
      ...rtvi,
      flush: () => task.flush?.() ?? Promise.resolve(),
    });
    const observer = new RTVIObserver({
      send: (message) => processor.send(message),
      output,
      clientVersion: () => processor.clientVersion,
      ...(rtviObserverParams && { params: rtviObserverParams }),
      ...(rtviIgnoredSources && { ignoredSources: rtviIgnoredSources }),
    });
    const at = processors.findIndex((one) => one instanceof WebSocketInputTransport) + 1;
    super([...processors.slice(0, at), processor, ...processors.slice(at)], {
      ...taskOptions,
      observers: [observer, ...(taskOptions.observers ?? [])],
    });
    task.flush = () => this.flush();
  }
}
