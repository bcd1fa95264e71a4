import { Option, type Command } from 'commander';
import {
  configSchema,
  environmentName,
  flagName,
  loadConfig,
  type Config,
  type ConfigInput,
  type ConfigKey,
} from '../config/index.js';

/** Adds a flag for every setting named, with its default and its environment variable in `--help`. */
export function addConfigFlags(command: Command, keys: readonly ConfigKey[]): Command {
  for (const key of keys) {
    const field = configSchema.shape[key];
    const fallback: unknown = field.safeParse(undefined).data;
    const isSwitch = fallback === true;
    const flags = isSwitch ? `--${flagName(key)} <true|false>` : `--${flagName(key)} <value>`;
    const shown =
      fallback === undefined || fallback === '' || (Array.isArray(fallback) && fallback.length === 0);
    const suffix = shown ? '' : ` (default: ${JSON.stringify(fallback)})`;
    command.addOption(new Option(flags, `${field.description ?? ''}${suffix} [${environmentName(key)}]`));
  }
  return command.option('--config <file>', 'JSON file of settings; flags and environment beat it');
}

/** Resolves the settings of a command that {@link addConfigFlags} has given its flags. */
export function configOf(options: Readonly<Record<string, unknown>>): Config {
  const keys = Object.keys(configSchema.shape) as ConfigKey[];
  const flags: ConfigInput = {};
  for (const key of keys) if (options[key] !== undefined) flags[key] = options[key];
  const file = options['config'];
  return loadConfig({ flags, ...(typeof file === 'string' ? { file } : {}) });
}

export const allConfigKeys = Object.keys(configSchema.shape) as ConfigKey[];
