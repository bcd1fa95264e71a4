/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures?: readonly string[] | undefined }} Counts
 * `failures` names what failed, so that the end of a long log tells it.
 */

/**
 * Counts from Vitest's JSON report. A file that could not be run has no tests to count, so it counts as one failure;
 * so does a run that failed without saying in which test.
 *
 * @param {string | undefined} json the report; undefined when Vitest wrote none
 * @param {number | null} exitCode Vitest's own
 * @returns {Counts}
 */
export function countVitest(json, exitCode) {
  if (json === undefined)
    return {
      passed: 0,
      failed: exitCode === 0 ? 0 : 1,
      skipped: 0,
      failures: exitCode === 0 ? [] : ['no report'],
    };
  const report = JSON.parse(json);
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  for (const file of report.testResults ?? []) {
    const tests = file.assertionResults ?? [];
    for (const { status, fullName, failureMessages } of tests) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else counts.skipped += 1;
      if (status === 'failed')
        failures.push(`${file.name} > ${fullName}\n${firstLines(failureMessages?.[0])}`);
    }
    const hasFailure = tests.some((/** @type {{ status: string }} */ { status }) => status === 'failed');
    if (file.status === 'failed' && !hasFailure) {
      counts.failed += 1;
      failures.push(`${file.name}\n${firstLines(file.message)}`);
    }
  }
  if (exitCode !== 0 && counts.failed === 0) {
    counts.failed = 1;
    failures.push('a run that broke without a failing test: see its output above');
  }
  return { ...counts, failures };
}

/** @param {string | undefined} text */
function firstLines(text) {
  return (text ?? '')
    .split('\n')
    .slice(0, 8)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');
}

/** @param {readonly Counts[]} all @returns {Counts} */
export function sum(all) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: all.flatMap(({ failures }) => failures ?? []) };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** The closing line. @param {Counts} counts */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A run that tested nothing has not passed. @param {Counts} counts */
export function exitCodeOf({ passed, failed }) {
  return failed > 0 || passed === 0 ? 1 : 0;
}
