import {
  LLMContextFrame,
  LLMMessagesAppendFrame,
  LLMMessagesTransformFrame,
  LLMMessagesUpdateFrame,
  LLMRunFrame,
  LLMSetToolChoiceFrame,
  LLMSetToolsFrame,
  type Frame,
  type LLMContext,
} from '../../pipeline/index.js';

const requests = [
  LLMRunFrame,
  LLMMessagesAppendFrame,
  LLMMessagesUpdateFrame,
  LLMMessagesTransformFrame,
  LLMSetToolsFrame,
  LLMSetToolChoiceFrame,
] as const;

/** A frame that asks a user aggregator to change its context, or to have the model answer. */
export type ContextRequest = InstanceType<(typeof requests)[number]>;

export function isContextRequest(frame: Frame): frame is ContextRequest {
  return requests.some((type) => frame instanceof type);
}

/** Does what a frame asks of a context. @returns what goes to the model then, if it is to answer */
export function serveContextRequest(
  request: ContextRequest,
  context: LLMContext,
): LLMContextFrame | undefined {
  if (request instanceof LLMSetToolsFrame) context.setTools(request.tools);
  else if (request instanceof LLMSetToolChoiceFrame) context.setToolChoice(request.toolChoice);
  else if (request instanceof LLMMessagesAppendFrame) context.add(...request.messages);
  else if (request instanceof LLMMessagesUpdateFrame) context.replace(request.messages);
  else if (request instanceof LLMMessagesTransformFrame) context.replace(request.transform(context.messages));
  const runs = request instanceof LLMRunFrame || ('runLlm' in request && request.runLlm);
  if (!runs) return undefined;
  const asked = new LLMContextFrame(context);
  // What may not be interrupted is answered by speech that may not.
  asked.interruptible = request.interruptible;
  return asked;
}
