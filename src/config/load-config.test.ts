import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { environmentName, flagName, loadConfig } from './load-config.js';

const root = mkdtempSync(join(tmpdir(), 'slowcat-config-'));
const dir = () => mkdtempSync(join(root, 'data-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('loadConfig', () => {
  it('gives the documented defaults when nothing is said', () => {
    const config = loadConfig({ env: { SLOWCAT_DATA_DIR: dir() } });
    expect(config).toMatchObject({ host: '127.0.0.1', port: 7860, vadStopMs: 200, memoryBudgetTokens: 1024 });
  });

  it('lets flags beat the environment, the environment the file, the file the default', () => {
    const dataDir = dir();
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ port: 1, voice: 'file', speed: 0.9 }));
    const config = loadConfig({
      env: { SLOWCAT_DATA_DIR: dataDir, SLOWCAT_PORT: '2', SLOWCAT_VOICE: 'env' },
      flags: { port: '3', voice: undefined },
    });
    expect(config).toMatchObject({ port: 3, voice: 'env', speed: 0.9, maxSessions: 32 });
  });

  it('names every fault at once', () => {
    const load = () =>
      loadConfig({ env: { SLOWCAT_DATA_DIR: dir() }, flags: { port: 'x', speed: 9, nonsense: 1 } as never });
    expect(load).toThrow(/port.*speed.*nonsense/s);
    expect(load).toThrow(expect.objectContaining({ code: 'SLOWCAT_CONFIG_INVALID' }));
  });

  it('wants a token as soon as others can reach the host', () => {
    const env = { SLOWCAT_DATA_DIR: dir() };
    expect(() => loadConfig({ env, flags: { host: '0.0.0.0' } })).toThrow(/token/);
    expect(loadConfig({ env, flags: { host: '0.0.0.0', token: 'long-enough' } }).host).toBe('0.0.0.0');
  });

  it('says when a settings file that was asked for is missing or damaged', () => {
    const dataDir = dir();
    const env = { SLOWCAT_DATA_DIR: dataDir };
    expect(() => loadConfig({ env, file: join(dataDir, 'none.json') })).toThrow(/cannot be read/);
    writeFileSync(join(dataDir, 'config.json'), '[1');
    expect(() => loadConfig({ env })).toThrow(/not a JSON object/);
  });

  it('understands USE_STATELESS_MEMORY', () => {
    const from = (env: Record<string, string>) =>
      loadConfig({ env: { SLOWCAT_DATA_DIR: dir(), ...env } }).useStatelessMemory;
    expect(from({})).toBe(true);
    expect(from({ USE_STATELESS_MEMORY: '' })).toBe(true);
    expect(from({ USE_STATELESS_MEMORY: 'False' })).toBe(false);
    expect(from({ USE_STATELESS_MEMORY: 'false', SLOWCAT_USE_STATELESS_MEMORY: 'true' })).toBe(true);
  });

  it('cannot be changed afterwards', () => {
    const config = loadConfig({ env: { SLOWCAT_DATA_DIR: dir() } });
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });
});

describe('names', () => {
  it('derive from the key', () => {
    expect(environmentName('dataDir')).toBe('SLOWCAT_DATA_DIR');
    expect(flagName('vadStopMs')).toBe('vad-stop-ms');
  });
});
