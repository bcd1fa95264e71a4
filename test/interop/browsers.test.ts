/**
 * Pipecat's JavaScript client, as it is published, in a headless Chromium: a recording is its microphone, and what it
 * plays is heard where the browser's audio graph ends. The versions run side by side, the tests of each in turn.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { getChromium } from '../browser/chromium.js';
import { BrowserClients } from './browser-clients.js';
import { browserKinds } from './clients.js';
import { holdToFeatures } from './hold-to-features.js';
import { installClients } from './install.js';
import { Results } from './results.js';
import { servePages, type Pages } from './serve-pages.js';
import { Stage } from './stage.js';

const say = (line: string): unknown => process.stdout.write(`  ${line}\n`);
const chromium = await getChromium(say);
const missing = 'missing' in chromium ? chromium.missing : undefined;
if (missing === undefined) await installClients(browserKinds);
else say(`SKIPPED clients in Chromium: ${missing}`);

const results = new Results();
const stage = new Stage();
let pages: Pages | undefined;
beforeAll(async () => {
  if (missing !== undefined) return;
  pages = await servePages(browserKinds.map(({ packages }) => packages));
  await stage.open({}, [pages.origin]);
});
afterAll(async () => {
  await pages?.close();
  await stage.close();
  results.write('browsers');
  expect(stage.sessions).toBe(0);
});

describe.concurrent.each(browserKinds)('$title', (kind) => {
  let clients: BrowserClients | undefined;
  beforeAll(async () => {
    if ('executable' in chromium)
      clients = await BrowserClients.launch(chromium.executable, pages!.url(kind.packages));
  });
  afterAll(() => clients?.close());
  holdToFeatures({ kind, stage, results, clients: () => clients!, missing, inTurn: true });
});
