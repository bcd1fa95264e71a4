/** Both at once, clipped to full scale; as long as the longer one. */
export function mixed(a: Int16Array, b: Int16Array): Int16Array {
  const out = new Int16Array(Math.max(a.length, b.length));
  for (let i = 0; i < out.length; i++) {
    const sum = (a[i] ?? 0) + (b[i] ?? 0);
    out[i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : sum;
  }
  return out;
}

/** One sample of each in turn, the shorter one filled up with silence. */
export function interleaved(left: Int16Array, right: Int16Array): Int16Array {
  const out = new Int16Array(2 * Math.max(left.length, right.length));
  for (let i = 0; i < left.length; i++) out[2 * i] = left[i] ?? 0;
  for (let i = 0; i < right.length; i++) out[2 * i + 1] = right[i] ?? 0;
  return out;
}
