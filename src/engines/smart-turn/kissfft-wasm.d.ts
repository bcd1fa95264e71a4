/** The part of KISS FFT's WebAssembly build that Slowcat calls; the package brings no types. */
declare module '@echogarden/kissfft-wasm' {
  /** Pointers are byte offsets into the module's memory. */
  export interface KissFftModule {
    /** The module's memory; another object after it grew. */
    readonly HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    /** A plan for real input of an even length; allocates for itself when both last pointers are 0. */
    _kiss_fftr_alloc(length: number, inverse: number, memory: number, memoryBytes: number): number;
    /** `length` real numbers to `length / 2 + 1` complex ones, real and imaginary part by turns. */
    _kiss_fftr(plan: number, real: number, complex: number): void;
  }
  export default function createKissFft(): Promise<KissFftModule>;
}
