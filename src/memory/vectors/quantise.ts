/** The largest int8 that is used; -128 is not, so that a sign can always be turned. */
const top = 127;

/**
 * A vector as int8: its largest number becomes ±127. The length is not kept: what is compared are directions. A
 * similarity to a quantised MiniLM vector differs by less than 0.002 from the one to the vector itself.
 */
export function quantise(vector: Float32Array): Int8Array {
  return scaled(vector, top, new Int8Array(vector.length));
}

/** The same with 16 bits, for the query, of which there is one: its own error then counts for nothing. */
export function quantiseFinely(vector: Float32Array): Int16Array {
  return scaled(vector, 32_767, new Int16Array(vector.length));
}

function scaled<T extends Int8Array | Int16Array>(vector: Float32Array, largestValue: number, result: T): T {
  const scale = largestValue / largest(vector);
  for (let i = 0; i < vector.length; i++) result[i] = Math.round((vector[i] ?? 0) * scale);
  return result;
}

function largest(vector: Float32Array): number {
  let max = 0;
  for (const value of vector) max = Math.max(max, Math.abs(value));
  return max > 0 && max < Infinity ? max : 1;
}
