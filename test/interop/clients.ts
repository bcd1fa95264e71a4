import { join } from 'node:path';

const folder = import.meta.dirname;
/** Where packages are installed; git ignores it. */
const installed = join(folder, '..', '..', '.slowcat', 'interop');

/** A released client of Pipecat, as its users have it. */
export interface ClientKind {
  /** Folder below `packages/` that says what is installed. */
  readonly packages: string;
  /** As the table calls it. */
  readonly title: string;
  readonly language: 'javascript' | 'python';
  /** Version of the package that counts. */
  readonly version: string;
  /** RTVI that it speaks. */
  readonly protocol: string;
  /** Path and query of the socket that it connects to. */
  readonly path: string;
  /** RTVI messages that the package keeps from its user, with any server. */
  readonly blindTo: readonly string[];
  /** False where the package's own pipeline lets some of them overtake others. */
  readonly keepsOrder: boolean;
  /**
   * True where what is heard went through a player in real time: one that runs dry on a busy machine loses what comes
   * in that moment.
   */
  readonly plays: boolean;
}

/** One that runs as a process of its own. */
export interface ProcessKind extends ClientKind {
  readonly command: () => readonly [string, ...string[]];
}

/** Where the packages of this kind of client are installed. */
export const installFolder = (packages: string): string => join(installed, packages);

/** Where what is installed is written down. */
export const packagesFolder = (packages: string): string => join(folder, 'packages', packages);

const javascript = (
  version: string,
  transport: string,
  protocol: string,
  where: 'in Node' | 'in Chromium',
): ClientKind => ({
  packages: `js-${version}`,
  title: `client-js ${version}, websocket-transport ${transport}, ${where}`,
  language: 'javascript',
  version,
  protocol,
  path: '/ws',
  blindTo: version === '1.0.0' ? ['user-llm-text', 'bot-output'] : [],
  keepsOrder: true,
  plays: where === 'in Chromium',
});

const inNode = (version: string, transport: string, protocol: string): ProcessKind => ({
  ...javascript(version, transport, protocol, 'in Node'),
  // Node 22 has the WebSocket without being asked.
  command: () => [
    process.execPath,
    '--experimental-websocket',
    '--no-warnings',
    join(folder, 'clients', 'js-client.mjs'),
    installFolder(`js-${version}`),
  ],
});

const python = (
  version: string,
  protocol: string,
  path: string,
  transport: string,
  blindTo: readonly string[] = [],
): ProcessKind => ({
  packages: `python-${version}`,
  title: `pipecat-ai ${version}, ${transport}`,
  language: 'python',
  version,
  protocol,
  path,
  blindTo,
  // Frames of Pipecat, unlike messages, have priorities.
  keepsOrder: blindTo.length === 0,
  plays: false,
  command: () => [
    join(installFolder(`python-${version}`), 'bin', 'python'),
    join(folder, 'clients', 'python_client.py'),
  ],
});

/** What `RTVIClientTransport` makes no frame of. */
const noFrameOf = [
  'bot-ready',
  'metrics',
  'server-response',
  'bot-tts-audio',
  'bot-tts-started',
  'user-started-speaking',
  'user-stopped-speaking',
];

/** Client, transport and RTVI: the newest and the oldest that are served. */
const javascripts = [
  ['1.13.1', '1.7.1', '2.1.0'],
  ['1.0.0', '1.0.0', '1.0.0'],
] as const;

/** The newest and the oldest that are served, of each. */
export const processKinds: readonly ProcessKind[] = [
  ...javascripts.map(([client, transport, protocol]) => inNode(client, transport, protocol)),
  python('1.14.0', '2.2.0', '/ws', '`WebsocketClientTransport`'),
  python('1.14.0', '2.2.0', '/ws?format=rtvi', '`RTVIClientTransport`', noFrameOf),
  python('1.0.0', '1.2.0', '/ws', '`WebsocketClientTransport`'),
];

/** Those that run in a browser. */
export const browserKinds: readonly ClientKind[] = javascripts.map(([client, transport, protocol]) =>
  javascript(client, transport, protocol, 'in Chromium'),
);

/** Columns of the table. */
export const clientKinds: readonly ClientKind[] = [...browserKinds, ...processKinds];

/** Pipecat's test harness. */
export const evalKind: ProcessKind = python('1.14.0', '2.2.0', '/rtvi', '`pipecat eval`');
