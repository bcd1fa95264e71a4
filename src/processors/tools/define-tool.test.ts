import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { currentTimeTool } from './current-time.js';
import { defineTool } from './define-tool.js';
import { FunctionSchema } from './function-schema.js';

const weather = defineTool({
  name: 'get_weather',
  description: 'The weather.',
  parameters: z.object({
    city: z.string().min(1).describe('where'),
    unit: z.enum(['C', 'F']).default('C'),
    days: z.int().min(1).max(5).optional(),
  }),
  run: ({ city, unit }) => `${city} ${unit}`,
});

describe('defineTool', () => {
  it('makes a schema for the model', () => {
    expect(weather.parameters).toMatchObject({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'where' },
        unit: { enum: ['C', 'F'] },
        days: { type: 'integer', minimum: 1, maximum: 5 },
      },
      required: ['city'],
    });
  });

  it('checks arguments, fills in defaults, and says what is wrong', () => {
    expect(weather.check?.({ city: 'Ulm' })).toEqual({ ok: true, arguments: { city: 'Ulm', unit: 'C' } });
    const wrong = weather.check?.({ city: 5, days: 99 });
    expect(wrong).toMatchObject({ ok: false });
    expect(wrong).toHaveProperty('problem', expect.stringMatching(/^city: .*string.*; days: /u));
  });

  it('refuses names that models cannot call', () => {
    const init = { description: '', properties: {}, required: [] };
    for (const name of ['', 'two words', 'x'.repeat(65), 'ä']) {
      expect(() => new FunctionSchema({ ...init, name })).toThrow(RangeError);
    }
  });
});

describe('current_time', () => {
  const nowMs = (): number => Date.UTC(2026, 0, 2, 23, 30);
  const ask = (args: object) => {
    const tool = currentTimeTool({ nowMs, timeZone: 'UTC' });
    return new Promise((resolve, reject) => {
      const params = { arguments: args, resultCallback: resolve } as never;
      Promise.resolve(tool.handler?.(params)).catch(reject);
    });
  };

  it('tells date, day and time, here or elsewhere', async () => {
    expect(await ask({})).toEqual({ now: 'Friday, January 2, 2026 at 11:30 PM', timezone: 'UTC' });
    expect(await ask({ timezone: 'Asia/Tokyo' })).toEqual({
      now: 'Saturday, January 3, 2026 at 8:30 AM',
      timezone: 'Asia/Tokyo',
    });
  });

  it('tells the model that there is no such time zone', async () => {
    await expect(ask({ timezone: 'Mars' })).rejects.toMatchObject({ name: 'ToolError' });
  });
});
