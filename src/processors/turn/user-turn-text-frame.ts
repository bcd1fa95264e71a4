import { DataFrame } from '../../pipeline/index.js';

/** What the user said in one turn, for the aggregators of several models. */
export class UserTurnTextFrame extends DataFrame {
  readonly type = 'UserTurnTextFrame';
  /** The interruption that the next turn causes must not drop these words. */
  override interruptible = false;

  constructor(
    readonly text: string,
    /** True when this stands in place of the text before: the user went on before the bot made a sound. */
    readonly continues: boolean,
  ) {
    super();
  }
}
