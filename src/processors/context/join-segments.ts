/** A full stop that a recogniser put at a pause, before a sentence that goes on in lower case. */
const falseStop = /[.…]+$/u;
const goesOn = /^\p{Ll}/u;

/** Joins what was heard before and after pauses. A sentence that goes on loses the stop that the pause gave it. */
export function joinSegments(segments: readonly string[]): string {
  return segments.reduce((text, segment) => {
    if (text === '') return segment;
    return `${goesOn.test(segment) ? text.replace(falseStop, '') : text} ${segment}`;
  }, '');
}
