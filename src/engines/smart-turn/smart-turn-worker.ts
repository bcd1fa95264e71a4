/**
 * Smart Turn in a process of its own: the picture of the sound and the inference together hold up their thread for
 * tens of milliseconds. Started by smart-turn.ts through a WorkerPool; not to be imported.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { lowerPriority, readWorkerData, serveTasks } from '../worker/serve-tasks.js';
import { createFeatureExtractor, featureBands, featureFrames, type ExtractFeatures } from './features.js';
import type { PredictReply, PredictTask, SmartTurnWorkerData } from './protocol.js';

interface Loaded {
  readonly session: InferenceSession;
  readonly extract: ExtractFeatures;
}

/** A fault of the file, which trying again does not mend. */
class Unusable extends Error {}

const data = readWorkerData() as SmartTurnWorkerData;
let loading: Promise<Loaded> | undefined;

async function createSession(): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(data.modelPath, {
      intraOpNumThreads: data.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // Threads that spin while they wait take the cores that hear and think.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new Unusable('The turn model cannot be loaded as ONNX.', { cause });
  }
}

async function load(): Promise<Loaded> {
  lowerPriority(data.niceness);
  const [session, extract] = await Promise.all([createSession(), createFeatureExtractor()]);
  if (!session.inputNames.includes('input_features') || !session.outputNames.includes('logits')) {
    throw new Unusable('The turn model is not an export of Smart Turn v3.');
  }
  return { session, extract };
}

async function predict({ pcm16k }: PredictTask): Promise<PredictReply> {
  try {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const { session, extract } = await loading;
    const features = new Tensor('float32', extract(pcm16k), [1, featureBands, featureFrames]);
    // Named logits, but the sigmoid is part of the exported graph.
    const { logits } = await session.run({ input_features: features });
    const probability = logits?.data[0];
    if (typeof probability !== 'number') throw new Unusable('The turn model gives no probability.');
    return { kind: 'predicted', probability };
  } catch (error) {
    if (error instanceof Unusable) return { kind: 'unusable', detail: error.message };
    throw error;
  }
}

serveTasks((task) => predict(task as PredictTask));
