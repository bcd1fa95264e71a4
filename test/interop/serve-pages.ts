import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installFolder } from './clients.js';

const folder = join(import.meta.dirname, 'clients');

export interface Pages {
  readonly origin: string;
  /** Address of the page with this client. */
  url(packages: string): string;
  close(): Promise<void>;
}

/** Serves a page with the client of each of these packages on this machine, which browsers trust with the microphone. */
export async function servePages(packages: readonly string[]): Promise<Pages> {
  const files = new Map<string, { readonly type: string; readonly content: string }>();
  files.set('/browser-tap.mjs', {
    type: 'text/javascript',
    content: readFileSync(join(folder, 'browser-tap.mjs'), 'utf8'),
  });
  for (const name of packages) {
    files.set(`/${name}`, { type: 'text/html', content: html(name) });
    files.set(`/${name}.mjs`, { type: 'text/javascript', content: await bundle(name) });
  }
  const server = createServer(({ url }, response: ServerResponse) => {
    const file = files.get(url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.type }).end(file.content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: (name) => `${origin}/${name}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** With an icon of its own, so that no browser asks for one. */
const html = (packages: string): string =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/${packages}.mjs"></script>`;

async function bundle(packages: string): Promise<string> {
  const installed = (name: string): string => join(installFolder(packages), 'node_modules', name);
  const names = ['@pipecat-ai/client-js', '@pipecat-ai/websocket-transport'];
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'browser-client.mjs')],
    alias: Object.fromEntries(names.map((name) => [name, installed(name)])),
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
