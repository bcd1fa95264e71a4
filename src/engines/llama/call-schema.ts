import type { ToolChoice, ToolDefinition } from '../interfaces.js';

/** What grammars can be made of: the part of JSON schema that node-llama-cpp turns into one. */
export type GrammarSchema =
  | { readonly type: Basic | readonly Basic[] }
  | { readonly type: 'string'; readonly maxLength?: number; readonly minLength?: number }
  | { readonly type: 'string'; readonly format: 'date-time' | 'time' | 'date' }
  | { readonly const: Constant }
  | { readonly enum: readonly Constant[] }
  | { readonly oneOf: readonly GrammarSchema[] }
  | {
      readonly type: 'array';
      readonly items: GrammarSchema;
      readonly minItems?: number;
      readonly maxItems?: number;
    }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, GrammarSchema>>;
      readonly additionalProperties?: GrammarSchema;
    };

type Basic = 'string' | 'number' | 'integer' | 'boolean' | 'null';
type Constant = string | number | boolean | null;
type Json = Readonly<Record<string, unknown>>;

const anything: GrammarSchema = { type: ['string', 'number', 'boolean', 'null'] };
/** Schemas within schemas beyond this are taken for anything: they may refer to themselves. */
const maxDepth = 6;
/** With so many optional properties every choice of them is spelled out; with more, none, each one and all. */
const maxChoices = 3;
/** Longer lists of repetitions make grammars slow. */
const maxCounted = 64;

/**
 * The form of a call, for a grammar that lets the model write nothing else. What the grammar cannot say (ranges,
 * patterns) is left to the check of the arguments.
 */
export function callSchema(tools: readonly ToolDefinition[], choice: ToolChoice): GrammarSchema {
  const allowed = typeof choice === 'string' ? tools : tools.filter(({ name }) => name === choice.name);
  const calls = (allowed.length > 0 ? allowed : tools).map(({ name, parameters }): GrammarSchema => {
    const definitions = isJson(parameters['$defs']) ? parameters['$defs'] : {};
    const args = objectSchema(parameters, definitions, 0);
    return { type: 'object', properties: { name: { const: name }, arguments: args } };
  });
  return oneOf(calls);
}

function toGrammar(schema: unknown, definitions: Json, depth: number): GrammarSchema {
  if (!isJson(schema) || depth > maxDepth) return anything;
  const within = (inner: unknown): GrammarSchema => toGrammar(inner, definitions, depth + 1);
  const { $ref, type, format } = schema as { $ref?: unknown; type?: unknown; format?: unknown };
  if (typeof $ref === 'string') return within(definitions[$ref.replace('#/$defs/', '')]);
  if ('const' in schema && isConstant(schema['const'])) return { const: schema['const'] };
  const options = schema['enum'];
  if (Array.isArray(options) && options.length > 0 && options.every(isConstant)) return { enum: options };
  for (const key of ['oneOf', 'anyOf']) {
    const choices = schema[key];
    if (Array.isArray(choices) && choices.length > 0) return oneOf(choices.map(within));
  }
  if (Array.isArray(type)) return oneOf(type.map((one: unknown) => within({ ...schema, type: one })));
  switch (type) {
    case 'object':
      return objectSchema(schema, definitions, depth);
    case 'array':
      return {
        type,
        items: within(schema['items']),
        ...counted('minItems', schema['minItems']),
        ...counted('maxItems', schema['maxItems']),
      };
    case 'string':
      if (format === 'date-time' || format === 'time' || format === 'date') return { type, format };
      return {
        type,
        ...counted('minLength', schema['minLength']),
        ...counted('maxLength', schema['maxLength']),
      };
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { type };
    default:
      return anything;
  }
}

/** Grammars know no optional properties: there is one object for each choice of them. */
function objectSchema(schema: Json, definitions: Json, depth: number): GrammarSchema {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const names = Object.keys(properties);
  const optional = names.filter((name) => !required.includes(name));
  const inner = Object.fromEntries(
    names.map((name) => [name, toGrammar(properties[name], definitions, depth + 1)]),
  );
  const extra = schema['additionalProperties'];
  const rest =
    isJson(extra) && Object.keys(extra).length > 0 ? toGrammar(extra, definitions, depth + 1) : undefined;
  return oneOf(
    choicesOf(optional).map((left) => ({
      type: 'object',
      properties: Object.fromEntries(Object.entries(inner).filter(([name]) => !left.has(name))),
      ...(rest === undefined ? {} : { additionalProperties: rest }),
    })),
  );
}

/** Sets of names to leave out. */
function choicesOf(optional: readonly string[]): ReadonlySet<string>[] {
  if (optional.length <= maxChoices) {
    return Array.from(
      { length: 2 ** optional.length },
      (_, bits) => new Set(optional.filter((_name, at) => (bits >> at) % 2 === 1)),
    );
  }
  const all = new Set<string>();
  const eachAlone = optional.map((kept) => new Set(optional.filter((name) => name !== kept)));
  return [all, ...eachAlone, new Set(optional)];
}

function oneOf(choices: readonly GrammarSchema[]): GrammarSchema {
  const [only, ...others] = choices;
  return only !== undefined && others.length === 0 ? only : { oneOf: choices };
}

function counted<Key extends string>(key: Key, value: unknown): Partial<Record<Key, number>> {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxCounted;
  return isCount ? ({ [key]: value } as Record<Key, number>) : {};
}

function isConstant(value: unknown): value is Constant {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
