import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SlowcatError } from '../errors.js';
import { configSchema, loopbackHosts, type Config, type ConfigInput, type ConfigKey } from './schema.js';

export interface ConfigSources {
  /** Settings given as flags; they beat everything. */
  readonly flags?: ConfigInput;
  /** The environment; `SLOWCAT_*` beats the file. @defaultValue process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A JSON file of settings; it must exist when given. @defaultValue `<dataDir>/config.json` when there is one */
  readonly file?: string;
}

/** `dataDir` -> `SLOWCAT_DATA_DIR` */
export function environmentName(key: string): string {
  return `SLOWCAT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `dataDir` -> `data-dir` */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const keys = Object.keys(configSchema.shape) as ConfigKey[];

/**
 * Resolves the settings once: flags beat environment beats file beats default.
 *
 * @throws SLOWCAT_CONFIG_INVALID naming every fault with its setting
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const env = sources.env ?? process.env;
  const fromEnv: ConfigInput = {};
  for (const key of keys) {
    const value = env[environmentName(key)];
    if (value !== undefined && value !== '') fromEnv[key] = value;
  }
  // One switch has a shorter name too: it is the one that the design documents promise.
  const stateless = env['USE_STATELESS_MEMORY'];
  if (fromEnv.useStatelessMemory === undefined && stateless !== undefined && stateless !== '')
    fromEnv.useStatelessMemory = stateless.toLowerCase();

  const flags = withoutUndefined(sources.flags ?? {});
  const dataDir = configSchema.shape.dataDir.safeParse(flags.dataDir ?? fromEnv.dataDir);
  const fromFile = readFile(sources.file, join(dataDir.data ?? '.', 'config.json'));

  const parsed = configSchema.safeParse({ ...fromFile, ...fromEnv, ...flags });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`,
    );
    throw new SlowcatError('SLOWCAT_CONFIG_INVALID', `${faults.join('; ')}. See slowcat serve --help.`);
  }
  const config = parsed.data;
  if (!isLoopback(config.host) && config.token === undefined) {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      `host ${config.host} can be reached by others: set a token too (--token or SLOWCAT_TOKEN, 8 characters or more).`,
    );
  }
  return Object.freeze(config);
}

function isLoopback(host: string): boolean {
  return (loopbackHosts as readonly string[]).includes(host);
}

function withoutUndefined(input: ConfigInput): ConfigInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function readFile(given: string | undefined, fallback: string): Record<string, unknown> {
  const path = given ?? fallback;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (given === undefined) return {};
    throw new SlowcatError('SLOWCAT_CONFIG_INVALID', `The settings file ${path} cannot be read.`, { cause });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new TypeError('not an object');
    return value as Record<string, unknown>;
  } catch (cause) {
    throw new SlowcatError('SLOWCAT_CONFIG_INVALID', `The settings file ${path} is not a JSON object.`, {
      cause,
    });
  }
}
