import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { concatFloat32, readWavMono, writeWav } from '../../src/audio/index.js';
import { launchChromium } from '../browser/chromium.js';
import { ClientDriver, type Told } from './client-driver.js';

/** What a page takes to begin to record once the microphone plays, and more. */
const leadMs = 1000;
/** Chromium repeats the last moment of a recording. */
const tailMs = 200;
const sampleRateHz = 16_000;
const silence = (ms: number): Float32Array => new Float32Array((ms / 1000) * sampleRateHz);

/** The page's, see `clients/browser-client.mjs`. */
type Run = (command: { readonly run: string; readonly args: unknown }) => Promise<unknown>;

/** Commands that open the microphone. */
const openers = ['connect', 'start', 'speak'];

/**
 * Clients in a headless browser, each in a page of its own. All have the same microphone, which plays its file from the
 * beginning when a page opens it; so they must take turns.
 */
export class BrowserClients extends ClientDriver {
  readonly #folder: string;
  readonly #browser: Browser;
  readonly #url: string;
  readonly #pages = new Map<string, Promise<Page>>();

  private constructor(folder: string, browser: Browser, url: string) {
    super();
    this.#folder = folder;
    this.#browser = browser;
    this.#url = url;
    browser.on('disconnected', () => this.end('The browser has ended.'));
  }

  /** @param executable the browser @param url of the page with `clients/browser-client.mjs` */
  static async launch(executable: string, url: string): Promise<BrowserClients> {
    const folder = mkdtempSync(join(tmpdir(), 'slowcat-microphone-'));
    const browser = await launchChromium(executable, { microphone: microphoneIn(folder) });
    return new BrowserClients(folder, browser, url);
  }

  override async do(
    client: string,
    run: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    const page = await this.#pageOf(client);
    if (openers.includes(run))
      this.#writeMicrophone(run === 'speak' ? spoken(args['file'] as string) : silence(leadMs));
    return page.evaluate((what) => (globalThis as unknown as { run: Run }).run(what), { run, args });
  }

  override async dismiss(client: string): Promise<void> {
    await super.dismiss(client);
    await (await this.#pages.get(client))?.close();
    this.#pages.delete(client);
  }

  override async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #writeMicrophone(pcm: Float32Array): void {
    writeFileSync(microphoneIn(this.#folder), writeWav(pcm, { sampleRateHz }));
  }

  #pageOf(client: string): Promise<Page> {
    const page = this.#pages.get(client) ?? this.#newPage(client);
    this.#pages.set(client, page);
    return page;
  }

  async #newPage(client: string): Promise<Page> {
    const page = await this.#browser.newPage();
    page.on('pageerror', (error) => this.complain(`${error.message}\n`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complain(`${message.text()}\n`);
    });
    await page.exposeFunction('tell', (json: string) =>
      this.take({ ...(JSON.parse(json) as Omit<Told, 'client'>), client }),
    );
    await page.goto(this.#url);
    return page;
  }
}

const spoken = (file: string): Float32Array =>
  concatFloat32([silence(leadMs), readWavMono(readFileSync(file)).pcm, silence(tailMs)]);

const microphoneIn = (folder: string): string => join(folder, 'microphone.wav');
