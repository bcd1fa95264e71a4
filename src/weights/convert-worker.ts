import { workerData } from 'node:worker_threads';
import { convertWhisper } from './convert/ct2-to-ggml.js';
import type { Conversion } from './convert-model.js';

await convertWhisper(workerData as Conversion);
