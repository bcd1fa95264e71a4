/** What the worker needs to know when it starts. */
export interface MiniLmWorkerData {
  /** Folder that holds the model's folder. */
  readonly modelsDir: string;
  /** The model's folder, as transformers.js wants it: `config.json`, `tokenizer.json`, `onnx/`. */
  readonly model: string;
  readonly threads: number;
  readonly niceness: number;
}

export interface EmbedTask {
  readonly texts: readonly string[];
}

/** One row of `dimensions` numbers for each text, one after the other. */
export interface EmbedReply {
  readonly rows: Float32Array;
  readonly dimensions: number;
}
