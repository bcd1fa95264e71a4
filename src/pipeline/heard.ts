import type { Frame } from './frames/index.js';

/**
 * How it is known what the user has heard: the client has said how far it has played, or the output's own clock
 * counts what it has sent.
 */
export type HeardBy = 'acknowledged' | 'estimated';

/** A clause that was not heard to its end, or whose end has not been told of. */
export interface HeardClause {
  /** Id of the TTSTextFrame that tells that the clause was spoken; null when the voice has not come to its end. */
  readonly frameId: number | null;
  /** The words that were heard; empty when none was. A beginning of the clause. */
  readonly text: string;
  /** True when the TTSTextFrame has been passed on already, with more words than were heard. */
  readonly passedOn: boolean;
  /** False for words that are not part of the conversation. */
  readonly appendToContext: boolean;
}

/** What was heard of the bot's speech when it was cut short. */
export interface Heard {
  readonly by: HeardBy;
  /** In the order in which they are spoken; clauses before them were heard whole and are told by their frames. */
  readonly clauses: readonly HeardClause[];
}

const heardAt = new WeakMap<Frame, Heard>();

/**
 * Notes on the frame that cuts the speech (InterruptionFrame, CancelFrame) what was heard of it. Frames behind it
 * could not tell: it overtakes them.
 */
export function noteHeard(frame: Frame, heard: Heard): void {
  heardAt.set(frame, heard);
  frame.metadata['heard'] = heard.by;
}

/** What {@link noteHeard} has noted; undefined when the bot was silent or no transport knows. */
export function heardOf(frame: Frame): Heard | undefined {
  return heardAt.get(frame);
}
