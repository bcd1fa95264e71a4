const comment =
  /^# (HELP [a-zA-Z_:][\w:]* .*|TYPE [a-zA-Z_:][\w:]* (counter|gauge|histogram|summary|untyped))$/;
const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/**
 * Reads Prometheus' text format 0.0.4 by its grammar: samples by name and labels.
 *
 * Throws at the first line that is neither.
 */
export function parsePrometheus(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.split('\n')) {
    if (line === '' || comment.test(line)) continue;
    const [, name, labels = '', value = ''] = sample.exec(line) ?? [];
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    if (name === undefined || (Number.isNaN(number) && value !== 'Nan'))
      throw new Error(`no sample: ${line}`);
    samples[`${name}${labels}`] = number;
  }
  return samples;
}
