export { configSchema, type Config, type ConfigInput, type ConfigKey } from './schema.js';
export { environmentName, flagName, loadConfig, type ConfigSources } from './load-config.js';
