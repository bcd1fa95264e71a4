import type { ResolvedMemoryOptions } from './options.js';

/** Begins a piece of work that the event loop waits for; gives what tells that it has taken long enough. */
export function timeSlice({
  monotonicMs,
  sliceMs,
}: Pick<ResolvedMemoryOptions, 'monotonicMs' | 'sliceMs'>): () => boolean {
  const endMs = monotonicMs() + sliceMs;
  return () => monotonicMs() >= endMs;
}
