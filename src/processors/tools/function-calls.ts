import { SlowcatError } from '../../errors.js';
import {
  FunctionCallCancelFrame,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  type Frame,
  type FrameProcessor,
  type FunctionCallFromLLM,
  type FunctionCallResultProperties,
  type LLMContext,
} from '../../pipeline/index.js';
import { ToolError } from './define-tool.js';
import type { FunctionCallHandler, FunctionCallOptions, FunctionSchema } from './function-schema.js';
import { plainResult, type PlainValue } from './plain-result.js';

export interface FunctionCallsOptions {
  /** @defaultValue true */
  readonly runInParallel?: boolean;
  /** Goes on once, when all calls of one answer are settled, instead of after each. @defaultValue true */
  readonly groupParallelTools?: boolean;
  /** A call that takes longer is given up. @defaultValue 10000 */
  readonly functionCallTimeoutMs?: number;
  /** The same for calls that survive interruptions. @defaultValue 300000 */
  readonly asyncFunctionCallTimeoutMs?: number;
  /** Most calls of one answer; what is more is refused. @defaultValue 8 */
  readonly maxCallsAtOnce?: number;
  /** Most characters of a result; what is more is cut off. @defaultValue 4000 */
  readonly maxResultChars?: number;
}

export const defaultFunctionCallsOptions = {
  runInParallel: true,
  groupParallelTools: true,
  functionCallTimeoutMs: 10_000,
  asyncFunctionCallTimeoutMs: 300_000,
  maxCallsAtOnce: 8,
  maxResultChars: 4000,
} as const satisfies Required<FunctionCallsOptions>;

/** A call that the model asks for. */
export interface RequestedCall extends FunctionCallFromLLM {
  /** What is wrong with it, in words for the model; then it is not made. */
  readonly problem?: string;
}

/** What calls need of the service that makes them. */
export interface FunctionCallsHost {
  readonly llm: FrameProcessor;
  readonly userId: string;
  broadcast(factory: () => Frame): void;
  schedule(ms: number, fn: () => void): () => void;
  failed(error: SlowcatError): void;
  started(calls: readonly FunctionCallFromLLM[]): void;
  cancelled(calls: readonly FunctionCallFromLLM[]): void;
}

interface Registered {
  readonly handler: FunctionCallHandler;
  readonly options: FunctionCallOptions;
  readonly check?: FunctionSchema['check'] | undefined;
  /** True when it is there because it is advertised, and goes when it is not. */
  readonly advertised: boolean;
}

interface Running {
  readonly call: RequestedCall;
  readonly context: LLMContext;
  readonly groupId: string | null;
  readonly cancelOnInterruption: boolean;
  readonly timeoutMs: number;
  readonly entry: Registered | undefined;
  readonly stopping: AbortController;
  /** Lets the next call of a sequence begin. */
  readonly ended: () => void;
  /** True from the result, or from when it was given up. */
  isSettled: boolean;
  cancelTimer: () => void;
}

/** Functions by name, and the calls of them that run. Every call that begins is settled: by its result or as given up. */
export class FunctionCalls {
  readonly #options: Required<FunctionCallsOptions>;
  readonly #host: FunctionCallsHost;
  readonly #functions = new Map<string | null, Registered>();
  readonly #running = new Map<string, Running>();
  #groups = 0;
  /** The end of what is asked for in sequence. */
  #last: Promise<void> = Promise.resolve();

  constructor(host: FunctionCallsHost, options: FunctionCallsOptions = {}) {
    this.#host = host;
    this.#options = { ...defaultFunctionCallsOptions, ...options };
  }

  /** Calls that are not settled. */
  get running(): number {
    return this.#running.size;
  }

  register(name: string | null, handler: FunctionCallHandler, options: FunctionCallOptions = {}): void {
    this.#functions.set(name, { handler, options, advertised: false });
  }

  unregister(name: string | null): void {
    this.#functions.delete(name);
  }

  has(name: string): boolean {
    return this.#functions.has(name) || this.#functions.has(null);
  }

  /** Takes over the handlers of what is advertised, and lets go of those that are not any more. */
  advertise(tools: readonly FunctionSchema[]): void {
    const names = new Set(tools.map(({ name }) => name));
    for (const [name, { advertised }] of this.#functions) {
      if (advertised && name !== null && !names.has(name)) this.#functions.delete(name);
    }
    for (const { name, handler, options, check } of tools) {
      const known = this.#functions.get(name);
      if (handler !== undefined && known?.advertised !== false) {
        this.#functions.set(name, { handler, options, check, advertised: true });
      }
    }
  }

  /** True when calls of this function survive interruptions. */
  isAsync(name: string): boolean {
    const { options } = this.#functions.get(name) ?? this.#functions.get(null) ?? {};
    return options?.cancelOnInterruption === false;
  }

  /** Announces calls. @returns what begins them, so that the answer that asks for them can be closed first */
  announce(calls: readonly RequestedCall[], context: LLMContext): () => void {
    const plain = calls.map(({ functionName, toolCallId, args }) => ({ functionName, toolCallId, args }));
    this.#host.started(plain);
    this.#host.broadcast(() => new FunctionCallsStartedFrame(plain));
    this.#groups += 1;
    const groupId = this.#options.groupParallelTools ? `group-${this.#groups}` : null;
    return () => {
      calls.forEach((call, at) => {
        const isTooMany = at >= this.#options.maxCallsAtOnce;
        this.#begin(
          isTooMany
            ? { ...call, problem: 'Too many calls at once; make it later, if it is still needed.' }
            : call,
          context,
          groupId,
        );
      });
    };
  }

  /** Gives up the calls that do not survive interruptions. */
  interrupt(): void {
    this.#cancel(({ cancelOnInterruption }) => cancelOnInterruption, false);
  }

  /** Gives all calls up. @returns those that were */
  cancelAll(): FunctionCallFromLLM[] {
    return this.#cancel(() => true, false);
  }

  /** Lets go of all calls without a word, because nobody is there to hear it. */
  close(): void {
    for (const run of [...this.#running.values()]) this.#settle(run, true);
    this.#functions.clear();
  }

  /** A result that came another way: from the client. */
  answeredElsewhere(toolCallId: string): void {
    const run = this.#running.get(toolCallId);
    if (run !== undefined) this.#settle(run, true);
  }

  #begin(call: RequestedCall, context: LLMContext, groupId: string | null): void {
    const { functionCallTimeoutMs, asyncFunctionCallTimeoutMs, runInParallel } = this.#options;
    const entry = this.#functions.get(call.functionName) ?? this.#functions.get(null);
    const cancelOnInterruption = entry?.options.cancelOnInterruption ?? true;
    const byDefault = cancelOnInterruption ? functionCallTimeoutMs : asyncFunctionCallTimeoutMs;
    let ended = (): void => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    const run: Running = {
      call,
      context,
      groupId,
      cancelOnInterruption,
      timeoutMs: entry?.options.timeoutMs ?? byDefault,
      entry,
      stopping: new AbortController(),
      ended,
      isSettled: false,
      cancelTimer: () => undefined,
    };
    this.#running.set(call.toolCallId, run);
    const { functionName, toolCallId, args } = call;
    this.#host.broadcast(
      () => new FunctionCallInProgressFrame(functionName, toolCallId, args, cancelOnInterruption, groupId),
    );
    if (runInParallel) {
      this.#make(run);
      return;
    }
    const before = this.#last;
    this.#last = before.then(() => {
      this.#make(run);
      return end;
    });
  }

  #make(run: Running): void {
    if (run.isSettled) return;
    const { call, entry, context, stopping } = run;
    const { functionName, toolCallId } = call;
    if (entry === undefined) {
      this.#report(run, `The function \`${functionName}\` is not currently available.`);
      return;
    }
    const checked = entry.check?.(call.args) ?? { ok: true, arguments: call.args };
    const problem = call.problem ?? (checked.ok ? undefined : checked.problem);
    if (problem !== undefined || !checked.ok) {
      this.#report(run, {
        error: `The function \`${functionName}\` was not called. ${problem ?? ''}`.trim(),
      });
      return;
    }
    run.cancelTimer = this.#host.schedule(run.timeoutMs, () => this.#cancel((other) => other === run, true));
    const params = {
      functionName,
      toolCallId,
      arguments: checked.arguments,
      llm: this.#host.llm,
      context,
      userId: this.#host.userId,
      signal: stopping.signal,
      resultCallback: (result: unknown, properties?: FunctionCallResultProperties) =>
        this.#result(run, result, properties),
    };
    void (async () => entry.handler(params))().catch((error: unknown) => this.#failed(run, error));
  }

  #failed(run: Running, error: unknown): void {
    // What is thrown after the end, or because the call was given up, is no failure.
    if (run.isSettled) return;
    const { functionName } = run.call;
    if (error instanceof ToolError) {
      this.#result(run, { error: error.message });
      return;
    }
    // The message of the error may hold what the user has said; neither the model nor the log gets it.
    const kind = error instanceof Error ? error.name : typeof error;
    this.#host.failed(new SlowcatError('SLOWCAT_TOOL_FAILED', `${functionName} threw (${kind}).`));
    this.#report(run, `The function \`${functionName}\` failed and returned no result.`, kind);
  }

  #result(run: Running, result: unknown, properties?: FunctionCallResultProperties): void {
    if (run.isSettled) return;
    // Without a conversation beside it there is nobody to tell how far a call is.
    if (properties?.isFinal === false && run.cancelOnInterruption) return;
    let plain: PlainValue;
    try {
      const { value, shortened } = plainResult(result, this.#options.maxResultChars);
      plain = shortened ? { shortened: true, result: value } : value;
    } catch {
      const { functionName } = run.call;
      const what = `${functionName} gave back what cannot be written as JSON.`;
      this.#host.failed(new SlowcatError('SLOWCAT_TOOL_FAILED', what));
      this.#report(run, `The function \`${functionName}\` failed and returned no result.`, 'unserialisable');
      return;
    }
    this.#report(run, plain, undefined, properties);
  }

  #report(run: Running, result: PlainValue, error?: string, properties?: FunctionCallResultProperties): void {
    if (properties?.isFinal !== false) this.#settle(run, false);
    const { functionName, toolCallId, args } = run.call;
    const options = {
      ...(properties === undefined ? {} : { properties }),
      ...(error === undefined ? {} : { error }),
    };
    this.#host.broadcast(() => new FunctionCallResultFrame(functionName, toolCallId, args, result, options));
  }

  #cancel(isMeant: (run: Running) => boolean, runLlm: boolean): FunctionCallFromLLM[] {
    const given = [...this.#running.values()].filter(isMeant);
    for (const run of given) {
      this.#settle(run, true);
      const { functionName, toolCallId } = run.call;
      this.#host.broadcast(() => new FunctionCallCancelFrame(functionName, toolCallId, runLlm));
    }
    const calls = given.map(({ call: { functionName, toolCallId, args } }) => ({
      functionName,
      toolCallId,
      args,
    }));
    if (calls.length > 0) this.#host.cancelled(calls);
    return calls;
  }

  #settle(run: Running, stop: boolean): void {
    this.#running.delete(run.call.toolCallId);
    run.cancelTimer();
    run.isSettled = true;
    if (stop) run.stopping.abort(new DOMException('The call was given up.', 'AbortError'));
    run.ended();
  }
}
