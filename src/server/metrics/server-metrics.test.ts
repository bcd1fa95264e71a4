import { describe, expect, it } from 'vitest';
import { SlowcatError } from '../../errors.js';
import type { SessionConnection } from '../session.js';
import { parsePrometheus } from './prometheus.test-helper.js';
import { ServerMetrics } from './server-metrics.js';

const none = { sessions: 0, bridges: 0 };
const connection = {} as SessionConnection;

async function samplesOf(metrics: ServerMetrics, connections = none) {
  return parsePrometheus(await metrics.text(connections));
}

describe('ServerMetrics', () => {
  it('counts what happens in sessions', async () => {
    const metrics = new ServerMetrics();
    metrics.listen({ kind: 'audio-in', bytes: 640 });
    metrics.listen({ kind: 'audio-in', bytes: 640 });
    metrics.listen({ kind: 'audio-out', bytes: 100 });
    metrics.listen({ kind: 'asked', atMs: 0, text: 'Potola' });
    metrics.listen({ kind: 'recalled', atMs: 0, scores: [1, 2], tookMs: 3, late: true });
    metrics.listen({ kind: 'tokens', atMs: 0, prompt: 10, completion: 2, cached: 4 });
    metrics.listen({ kind: 'interrupted', atMs: 0 });
    metrics.listen({ kind: 'error', atMs: 0, code: 'SLOWCAT_ENGINE_FAILED' });
    expect(await samplesOf(metrics, { sessions: 3, bridges: 1 })).toMatchObject({
      slowcat_sessions: 3,
      slowcat_bridges: 1,
      'slowcat_audio_bytes_total{direction="in"}': 1280,
      'slowcat_audio_bytes_total{direction="out"}': 100,
      slowcat_turns_total: 1,
      slowcat_recalled_memories_total: 2,
      slowcat_recalls_late_total: 1,
      slowcat_recall_seconds_count: 1,
      slowcat_recall_seconds_sum: 0.003,
      'slowcat_recall_seconds_bucket{le="0.002"}': 0,
      'slowcat_recall_seconds_bucket{le="0.004"}': 1,
      'slowcat_llm_tokens_total{kind="prompt"}': 10,
      slowcat_interruptions_total: 1,
      'slowcat_errors_total{code="SLOWCAT_ENGINE_FAILED"}': 1,
    });
  });

  it('has a histogram for each stage of an answer, in seconds', async () => {
    const metrics = new ServerMetrics();
    const zeros = { endOfTurnWait: 0, stt: 0, memory: 0, llmFirstToken: 0, firstClause: 0, output: 0 };
    metrics.listen({ kind: 'latency', latency: { ...zeros, total: 1200, ttsFirstAudio: 300 } });
    expect(await samplesOf(metrics)).toMatchObject({
      slowcat_answers_total: 1,
      'slowcat_stage_seconds_sum{stage="total"}': 1.2,
      'slowcat_stage_seconds_bucket{le="1",stage="total"}': 0,
      'slowcat_stage_seconds_bucket{le="1.5",stage="total"}': 1,
      'slowcat_stage_seconds_count{stage="ttsFirstAudio"}': 1,
    });
  });

  it('makes no label of what is no code', async () => {
    const metrics = new ServerMetrics();
    metrics.listen({ kind: 'error', atMs: 0, code: 'Potola' });
    metrics.failed(new Error('Potola'));
    expect(await metrics.text(none)).not.toContain('Potola');
    expect(await samplesOf(metrics)).toMatchObject({ 'slowcat_errors_total{code="OTHER"}': 2 });
  });

  it('counts sessions and what they fail of, and changes nothing else', async () => {
    const metrics = new ServerMetrics();
    const reasons: (string | undefined)[] = [];
    const failed = new SlowcatError('SLOWCAT_MEMORY_STORE');
    const session = {
      run: () => Promise.reject(failed),
      close: (reason?: string) => Promise.resolve(void reasons.push(reason)),
    };
    const counted = await metrics.counting(() => Promise.resolve(session))(connection);
    await expect(counted.run()).rejects.toBe(failed);
    await counted.close('over');
    await expect(metrics.counting(() => Promise.reject(failed))(connection)).rejects.toBe(failed);
    expect(reasons).toEqual(['over']);
    expect(await samplesOf(metrics)).toMatchObject({
      slowcat_sessions_total: 2,
      'slowcat_errors_total{code="SLOWCAT_MEMORY_STORE"}': 2,
    });
  });

  it('shows the process: event loop and memory', async () => {
    const samples = await samplesOf(new ServerMetrics());
    expect(samples['process_resident_memory_bytes']).toBeGreaterThan(0);
    expect(samples).toHaveProperty('nodejs_eventloop_lag_p99_seconds');
  });
});
