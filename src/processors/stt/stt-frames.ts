import { SystemFrame } from '../../pipeline/index.js';

/** A segment of speech went to the recogniser: a transcript of it, or word that there is none, is owed. */
export class STTSegmentStartedFrame extends SystemFrame {
  readonly type = 'STTSegmentStartedFrame';
}

/** A segment held no words (noise, a cough) or could not be recognised. Without it a turn would wait in vain. */
export class STTSegmentEmptyFrame extends SystemFrame {
  readonly type = 'STTSegmentEmptyFrame';
}
