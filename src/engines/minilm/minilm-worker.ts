/**
 * MiniLM in a process of its own, so that an inference never holds up the thread that serves sockets.
 * Started by minilm.ts through a WorkerPool; not to be imported.
 */
import { env, pipeline, type FeatureExtractionPipeline } from '@huggingface/transformers';
import { lowerPriority, readWorkerData, serveTasks } from '../worker/serve-tasks.js';
import type { EmbedReply, EmbedTask, MiniLmWorkerData } from './protocol.js';

const data = readWorkerData() as MiniLmWorkerData;
let loading: Promise<FeatureExtractionPipeline> | undefined;

async function load(): Promise<FeatureExtractionPipeline> {
  lowerPriority(data.niceness);
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = data.modelsDir;
  return pipeline('feature-extraction', data.model, {
    dtype: 'q8',
    device: 'cpu',
    session_options: {
      intraOpNumThreads: data.threads,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    },
  });
}

async function embed({ texts }: EmbedTask): Promise<EmbedReply> {
  loading ??= load();
  const extract = await loading;
  // Mean of all tokens, then length 1: how sentence-transformers trained this model.
  const output = await extract([...texts], { pooling: 'mean', normalize: true });
  return { rows: Float32Array.from(output.data as Float32Array), dimensions: output.dims[1] ?? 0 };
}

serveTasks((task) => embed(task as EmbedTask));
