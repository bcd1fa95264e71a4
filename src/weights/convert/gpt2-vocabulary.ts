import { SlowcatError } from '../../errors.js';

/**
 * GPT-2 vocabularies are text files although tokens are bytes: each byte is written as a printable character.
 * Printable Latin-1 bytes stand for themselves; the other 68, in order, are U+0100 and up.
 */
const byteOfCharacter = new Map<string, number>();
{
  let next = 0x100;
  for (let byte = 0; byte < 0x100; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    byteOfCharacter.set(String.fromCharCode(printable ? byte : next++), byte);
  }
}

/** Ends the vocabulary of text; languages, tasks and timestamps follow it and have fixed ids. */
const endOfText = '<|endoftext|>';

/**
 * @param vocabulary `vocabulary.txt` of a CTranslate2 Whisper model: a token a line, in order of ids
 * @returns the bytes of each text token, up to and with the end-of-text token
 * @throws SlowcatError `SLOWCAT_MODEL_FORMAT`
 */
export function readTextTokens(vocabulary: string): Buffer[] {
  const lines = vocabulary.split('\n');
  const end = lines.indexOf(endOfText);
  if (end < 0) throw malformed('has no end-of-text token');
  return lines.slice(0, end + 1).map((token, id) => {
    const bytes = Array.from(token, (character) => byteOfCharacter.get(character));
    if (bytes.includes(undefined))
      throw malformed(`has a token (id ${id}) that is not in GPT-2's byte alphabet`);
    return Buffer.from(bytes as number[]);
  });
}

function malformed(fault: string): SlowcatError {
  return new SlowcatError('SLOWCAT_MODEL_FORMAT', `The vocabulary ${fault}. Fetch it again.`);
}
