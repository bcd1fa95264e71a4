import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../interfaces.js';
import { callSchema } from './call-schema.js';

const tool = (properties: object, required: string[], rest: object = {}): ToolDefinition => ({
  name: 'do_it',
  description: '',
  parameters: { type: 'object', properties, required, ...rest },
});
const argumentsOf = (one: ToolDefinition): unknown => {
  const schema = callSchema([one], 'auto');
  return 'properties' in schema ? schema.properties['arguments'] : undefined;
};

describe('callSchema', () => {
  it('is one call or another, or only the one that is forced', () => {
    const [a, b] = [tool({}, []), { ...tool({}, []), name: 'other' }];
    const call = (name: string) => ({
      type: 'object',
      properties: { name: { const: name }, arguments: { type: 'object', properties: {} } },
    });
    expect(callSchema([a, b], 'auto')).toEqual({ oneOf: [call('do_it'), call('other')] });
    expect(callSchema([a, b], { name: 'other' })).toEqual(call('other'));
    expect(callSchema([a, b], { name: 'unknown' })).toEqual({ oneOf: [call('do_it'), call('other')] });
  });

  it('keeps what a grammar can say, and leaves the rest to the check', () => {
    const properties = {
      text: { type: 'string', maxLength: 20, pattern: 'x', description: 'some' },
      long: { type: 'string', maxLength: 5000 },
      day: { type: 'string', format: 'date' },
      unit: { type: 'string', enum: ['C', 'F'] },
      fixed: { const: 7 },
      many: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: 900 },
      either: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      both: { type: ['string', 'null'] },
      free: {},
      record: { type: 'object', additionalProperties: { type: 'boolean' } },
      referred: { $ref: '#/$defs/point' },
    };
    const defs = {
      $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
    };
    expect(argumentsOf(tool(properties, Object.keys(properties), defs))).toEqual({
      type: 'object',
      properties: {
        text: { type: 'string', maxLength: 20 },
        long: { type: 'string' },
        day: { type: 'string', format: 'date' },
        unit: { enum: ['C', 'F'] },
        fixed: { const: 7 },
        many: { type: 'array', items: { type: 'integer' }, minItems: 1 },
        either: { oneOf: [{ type: 'null' }, { type: 'number' }] },
        both: { oneOf: [{ type: 'string' }, { type: 'null' }] },
        free: { type: ['string', 'number', 'boolean', 'null'] },
        record: { type: 'object', properties: {}, additionalProperties: { type: 'boolean' } },
        referred: { type: 'object', properties: { x: { type: 'number' } } },
      },
    });
  });

  it('spells out which optional arguments are given, all choices of a few, some of many', () => {
    const given = (count: number): string[] => {
      const names = Array.from({ length: count }, (_, at) => `o${at}`);
      const schema = argumentsOf(tool(Object.fromEntries(['r', ...names].map((name) => [name, {}])), ['r']));
      const choices = (schema as { oneOf: { properties: object }[] }).oneOf;
      return choices.map(({ properties }) => Object.keys(properties).join());
    };
    expect(given(2).sort()).toEqual(['r', 'r,o0', 'r,o0,o1', 'r,o1']);
    expect(given(5).sort()).toEqual(['r', 'r,o0', 'r,o0,o1,o2,o3,o4', 'r,o1', 'r,o2', 'r,o3', 'r,o4']);
  });

  it('ends with schemas that refer to themselves', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#/$defs/tree' } }, required: ['child'] };
    const schema = argumentsOf(tool({ child: { $ref: '#/$defs/tree' } }, ['child'], { $defs: { tree } }));
    expect(JSON.stringify(schema).length).toBeLessThan(1000);
  });
});
