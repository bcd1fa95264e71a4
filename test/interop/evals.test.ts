/** Pipecat's test harness, `pipecat eval run`, with scenarios that need no judge but the text itself. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { Stage as RealStage } from '../recorded/stage.js';
import { evalKind, installFolder } from './clients.js';
import { installClients } from './install.js';
import { Results } from './results.js';
import { Stage } from './stage.js';
import { scenarioFolder, scenarios } from './table.js';

const missing = (await installClients([evalKind])).get(evalKind.packages);
if (missing !== undefined) process.stdout.write(`  SKIPPED ${evalKind.title}: ${missing}\n`);

/** Spoken and listened to on real models; the others run on scripted ones, all at once. */
const aloud = 'aloud.yaml';
const results = new Results();
const logs = mkdtempSync(join(tmpdir(), 'slowcat-evals-'));
afterAll(() => {
  results.write('evals');
  rmSync(logs, { recursive: true });
});

/** @param botUrl where the harness connects @param more options of `pipecat eval run` */
function runEval(
  scenario: string,
  botUrl: string,
  more: readonly string[] = ['-t', '30'],
): Promise<{ code: number | null; output: string }> {
  const python = join(installFolder(evalKind.packages), 'bin', 'python');
  const options = ['--bot-url', botUrl, '--logs-dir', logs, '--cache-dir', logs, ...more];
  const child = spawn(
    python,
    ['-m', 'pipecat.evals', 'run', join(scenarioFolder, scenario), '-v', ...options],
    {
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: inRoot('python', 'slowcat-pipecat', 'src'),
        SLOWCAT_BRIDGE_URL: new URL('/bridge', botUrl).href,
      },
    },
  );
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe.concurrent('pipecat eval', () => {
  const stage = new Stage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());
  const url = () => stage.url(evalKind.path);

  it.skipIf(missing !== undefined).each(scenarios.filter((name) => name !== aloud))(
    '%s',
    async (scenario) => {
      const { code, output } = await runEval(scenario, url());
      expect(code, output).toBe(0);
      results.passed(scenario, evalKind.title);
    },
  );

  it.skipIf(missing !== undefined)('fails a scenario whose answer is another', async () => {
    const { code, output } = await runEval(join('unmet', 'another-answer.yaml'), url());
    expect(code, output).toBe(1);
    expect(output).toContain('Good evening.');
  });
});

describe.skipIf(missing !== undefined)('pipecat eval, aloud', () => {
  const stage = new RealStage({ evals: true, useMemory: false });
  beforeAll(() => stage.open());
  afterAll(() => stage.close());

  it("speaks with Slowcat's voice, listens with its recogniser, and records both", async () => {
    const { code, output } = await runEval(aloud, new URL(evalKind.path, stage.url('anna')).href, [
      ...['-t', '120', '-a', '--record-dir', logs],
    ]);
    expect(code, output).toBe(0);
    const recording = join(logs, 'aloud__a-question.wav');
    expect(existsSync(recording), output).toBe(true);
    // Question and answer, each longer than a second, PCM16 at 16 kHz.
    expect(statSync(recording).size).toBeGreaterThan(2 * 2 * 16_000);
    results.passed(aloud, evalKind.title);
  }, 170_000);
});
