/** What a bot of one's own is started with. */
export { loadEngines, type LoadEnginesOptions, type LoadedEngines } from './load-engines.js';
export { PipelineWorker, type PipelineWorkerOptions } from './pipeline-worker.js';
export { createTransport, type Bot, type RunnerArguments } from './runner-arguments.js';
export { serveBot, type ServeBotOptions } from './serve-bot.js';
export { WorkerRunner, WorkerRunner as PipelineRunner, type WorkerRunnerOptions } from './worker-runner.js';
