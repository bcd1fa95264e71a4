/**
 * Pipecat's JavaScript client in a browser's page, driven by `run`; what it is told goes to `tell`, as JSON. Packages,
 * microphone and player are used as they are published. The sound card is the transport's `WavMediaManager`: the other
 * one loads a program of Daily's from the network.
 */
import { heard } from './browser-loudspeaker.mjs';
import { clientOf, commands, summary } from './js-commands.mjs';
// @ts-ignore: these are installed beside the repository, and found when the page is bundled.
import * as clientJs from '@pipecat-ai/client-js';
// @ts-ignore
import { WavMediaManager, WebSocketTransport } from '@pipecat-ai/websocket-transport';

const page = /** @type {any} */ (globalThis);

/** As the transport chooses for itself. */
const chunkBytes = 512;
const micHz = 16_000;

const media = new WavMediaManager(chunkBytes, micHz);
const client = clientOf({ ...clientJs, WebSocketTransport }, media, (event, data) =>
  page.tell(JSON.stringify({ event, data, atMs: page.performance.now() })),
);

/** @type {Record<string, () => unknown>} */
const ownCommands = {
  // Opened anew, the microphone plays its recording from the beginning.
  speak: () => client.updateMic(''),
  heard: async () => summary(await heard()),
};

page.run = async (/** @type {{ run: string, args: unknown }} */ { run, args }) =>
  (await (ownCommands[run] ? ownCommands[run]() : commands[run]?.(args, client))) ?? null;
