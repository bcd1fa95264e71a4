import { expect, it } from 'vitest';
import { ErrorFrame, PipelineTask, type Frame } from '../../pipeline/index.js';
import { FakeSocket, ManualClock, settle } from './harness.test-helper.js';
import { WebSocketTransport } from './websocket-transport.js';

async function connect(beforeStart: (transport: WebSocketTransport) => void) {
  const clock = new ManualClock();
  const socket = new FakeSocket(clock, []);
  const transport = new WebSocketTransport(socket);
  beforeStart(transport);
  const task = new PipelineTask([transport.input(), transport.output()], { clock });
  const up: Frame[] = [];
  task.on('frameReachedUpstream', (frame) => void up.push(frame));
  const run = task.run();
  await settle();
  return { socket, transport, task, run, up };
}

it('tells when its client is listened to, and when it has gone', async () => {
  const told: unknown[] = [];
  const { socket, transport, task, run } = await connect((created) => {
    created.on('clientConnected', () => void told.push('connected'));
  });
  const off = transport.on('clientDisconnected', () => void told.push('never'));
  off();
  transport.on('clientDisconnected', (event) => void told.push(event));
  expect(told).toEqual(['connected']);
  socket.leave();
  expect(told).toEqual(['connected', { code: 1000, reason: '' }]);
  task.cancel();
  await settle();
  await run;
});

it('reports a handler that fails, and goes on', async () => {
  const { task, run, up } = await connect((created) => {
    created.on('clientConnected', () => Promise.reject(new Error('no microphone')));
  });
  await settle();
  expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
  expect(task.isRunning).toBe(true);
  task.cancel();
  await settle();
  await run;
});
