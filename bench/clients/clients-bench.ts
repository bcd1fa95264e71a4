import { processKinds } from '../../test/interop/clients.js';
import { crowd, messageMs } from '../../test/interop/crowd.js';
import { installClients } from '../../test/interop/install.js';
import { percentiles, type BenchResult } from '../bench.js';

const crowds = [
  { size: 1, muted: false },
  { size: 10, muted: false },
  { size: 50, muted: true },
  { size: 50, muted: false },
];
/** About ten seconds of speech for each. */
const countUpTo = 8;
/** Messages that run ahead when the bot begins: 120 ms. */
const ahead = 3;

/**
 * How far each audio message was from the time that a clock of one message per 40 ms gives it. The clock is set by
 * the median, so that the network's constant delay does not count; those sent ahead at the beginning are left out.
 */
function offsetsMs(timesMs: readonly number[]): number[] {
  const onClock = timesMs.slice(ahead).map((atMs, i) => atMs - i * messageMs);
  const middle = percentiles(onClock).p50;
  return onClock.map((x) => x - middle);
}

/**
 * Pipecat's JavaScript client, so many of them in one process, each in conversation with the built-in bot on scripted
 * engines. When their audio arrives against real time, and whether all of it does, in order.
 */
export async function run(): Promise<BenchResult> {
  await installClients(processKinds.slice(0, 1));
  const rows = [];
  for (const { size, muted } of crowds) {
    console.log(`  ${size} clients, microphones ${muted ? 'off' : 'on'} ...`);
    const { clients, serverCpuMs, wallMs, serverLag, clientLag, sentMs } = await crowd(
      size,
      countUpTo,
      muted,
    );
    const offsets = clients.flatMap(({ arrivalsMs }) => offsetsMs(arrivalsMs));
    const sent = percentiles(sentMs.flatMap(offsetsMs).map(Math.abs));
    const { p50, p95, p99, n } = percentiles(offsets.map(Math.abs));
    rows.push({
      clients: size,
      microphones: muted ? 'off' : 'on',
      'audio messages': n,
      'off p50': p50,
      'off p95': p95,
      'off p99': p99,
      'off max': offsets.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
      'sent off p95': sent.p95,
      'sent off p99': sent.p99,
      "server's loop late p99": serverLag.p99Ms,
      "clients' loop late p99": clientLag.p99Ms,
      'server CPU a client, ms/s': serverCpuMs / size / (wallMs / 1000),
      'out of order or lost': clients.filter(
        ({ breaks, written, spoken, expected }) =>
          breaks > 0 || written !== expected.join(' ') || spoken.join(' ') !== expected.join(' '),
      ).length,
    });
  }
  return {
    name: 'clients',
    unit: 'ms',
    rows,
    notes: [
      `${processKinds[0]?.title ?? ''}, all clients in one process of Node, the server in another: both share the machine. They ask within one second; the scripted model writes 50 tokens a second.`,
      '"off": how far a message of 40 ms of audio came from its time, by the clock of the client. Goal: p99 at most 20 ms.',
      '"sent off": the same of the moment at which the server handed the message to its socket: what it is to blame for.',
      '"loop late": how late the event loop of the process came to what was due. What the clients\' loop is late is in "off" too, though no server is to blame for it.',
      '"out of order or lost": clients of whom a word or a sample was missing or misplaced.',
    ],
  };
}
