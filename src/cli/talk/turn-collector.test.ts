import { describe, expect, it } from 'vitest';
import { TurnCollector } from './turn-collector.js';
import type { VoiceEvent } from './voice-client.js';

const message = (name: string, data: Record<string, unknown> = {}): VoiceEvent => ({
  type: 'message',
  name,
  data,
  id: null,
});
const audio = (value: number): VoiceEvent => ({
  type: 'audio',
  pcm: new Int16Array(4).fill(value),
  sampleRateHz: 24_000,
});

/** A turn as the server tells it, from the end of speech at 1000 ms. */
function play(collector: TurnCollector): void {
  collector.on(message('user-started-speaking'), 200);
  collector.speechEnded(1000);
  collector.on(message('user-transcription', { text: 'What is my dog called?', final: true }), 1300);
  collector.on(message('user-stopped-speaking'), 1800);
  collector.on(
    message('server-message', {
      type: 'slowcat-recall',
      items: [{ text: 'a', role: 'user', at: 'x', score: 1 }],
    }),
    1801,
  );
  collector.on(message('bot-llm-started'), 1802);
  collector.on(message('bot-llm-stopped'), 2000);
  collector.on(message('server-message', { type: 'slowcat-latency', ms: { total: 1450, stt: 300 } }), 2450);
  collector.on(message('bot-started-speaking'), 2450);
  collector.on(audio(1), 2460);
  collector.on(message('bot-tts-text', { text: 'Potola.' }), 3000);
}

describe('TurnCollector', () => {
  it('gathers a turn and measures from the end of speech to the first audio', () => {
    const collector = new TurnCollector();
    play(collector);
    expect(collector.isOver(3100)).toBe(false);
    collector.on(message('bot-stopped-speaking'), 3200);
    expect(collector.isOver(3201)).toBe(true);
    expect(collector.report()).toEqual({
      transcript: 'What is my dog called?',
      reply: 'Potola.',
      recalled: [{ text: 'a', role: 'user', at: 'x', score: 1 }],
      ms: { total: 1460, stt: 300 },
      interrupted: false,
      errors: [],
    });
    expect(collector.takeAudio().length).toBe(1);
  });

  it('reports what the model was asked, which may be heard better than the parts', () => {
    const collector = new TurnCollector();
    collector.on(message('user-transcription', { text: 'A less to be', final: true }), 1);
    collector.on(message('user-transcription', { text: 'cold-hearted.', final: true }), 2);
    collector.on(message('user-llm-text', { text: 'Unless to be cold-hearted.' }), 3);
    expect(collector.report().transcript).toBe('Unless to be cold-hearted.');
  });

  it('gives up on a turn in which nothing was said', () => {
    const collector = new TurnCollector({ silenceMs: 4000 });
    collector.speechEnded(1000);
    expect(collector.isOver(4999)).toBe(false);
    expect(collector.isOver(5000)).toBe(true);
    expect(collector.report()).toMatchObject({ transcript: '', reply: '', ms: null });
  });

  it('waits longer once words were heard', () => {
    const collector = new TurnCollector({ silenceMs: 4000, replyMs: 60_000 });
    collector.speechEnded(1000);
    collector.on(message('user-transcription', { text: 'hello', final: true }), 1500);
    expect(collector.isOver(20_000)).toBe(false);
    expect(collector.isOver(61_500)).toBe(true);
  });

  it('does not wait for the voice of an answer that has no words', () => {
    const collector = new TurnCollector({ silenceMs: 4000, replyMs: 60_000 });
    collector.speechEnded(1000);
    collector.on(message('user-transcription', { text: 'hello', final: true }), 1500);
    collector.on(message('bot-llm-started'), 1600);
    collector.on(message('error', { error: 'The model failed.' }), 1700);
    collector.on(message('bot-llm-stopped'), 1700);
    expect(collector.isOver(5699)).toBe(false);
    expect(collector.isOver(5700)).toBe(true);
    expect(collector.report()).toMatchObject({ reply: '', errors: ['The model failed.'] });
  });

  it('notes an interruption and a lost connection', () => {
    const collector = new TurnCollector();
    collector.speechEnded(0);
    collector.on(message('bot-started-speaking'), 1);
    collector.on(message('user-started-speaking'), 2);
    collector.on({ type: 'closed', code: 1001, reason: '' }, 3);
    expect(collector.isOver(4)).toBe(true);
    expect(collector.report()).toMatchObject({
      interrupted: true,
      errors: [expect.stringContaining('1001')],
    });
  });

  it('measures the answer to the end of a recording, not one given in its middle', () => {
    const collector = new TurnCollector();
    collector.on(audio(1), 500);
    collector.on(message('user-started-speaking'), 600);
    collector.speechEnded(1000);
    collector.on(message('user-stopped-speaking'), 1800);
    collector.on(audio(1), 2500);
    expect(collector.report().ms).toEqual({ total: 1500 });
  });

  it('keeps what was typed as the transcript', () => {
    const collector = new TurnCollector({ typed: 'hi' });
    collector.on(message('user-transcription', { text: 'noise', final: true }), 1);
    expect(collector.report().transcript).toBe('hi');
  });
});
