import { SystemFrame } from './frames/index.js';

/** The client says how far it has played the bot's audio. Travels downstream, to the output transport. */
export class PlayedUpToFrame extends SystemFrame {
  readonly type = 'PlayedUpToFrame';
  constructor(
    /**
     * Milliseconds of all audio sent over this connection, 0 and more; what the client has dropped without playing
     * counts as passed.
     */
    readonly ms: number,
  ) {
    super();
  }
}
