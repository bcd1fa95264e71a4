import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server misbehaves; every field may be changed while it runs. */
export interface HubBehaviour {
  content: Buffer;
  /** Bytes after which a connection is cut, one entry per request; none left means to send it all. */
  cutAfter: number[];
  ranges: boolean;
  status: number;
  /** What `X-Linked-ETag` says; the true SHA-256 unless set. */
  etag: string | undefined;
  sendEtag: boolean;
}

export interface HubServer extends AsyncDisposable {
  readonly url: string;
  readonly behaviour: HubBehaviour;
  /** `range` header of every request for bytes, `undefined` for none. */
  readonly ranges: (string | undefined)[];
  readonly paths: string[];
  /** Cuts the waiting connection once the client has all that was sent: pass it as `onProgress`. */
  readonly received: (doneBytes: number) => void;
}

/** A connection that has sent its share and waits to be cut. */
interface Waiting {
  readonly atBytes: number;
  readonly response: ServerResponse;
}

/** A local server that answers like the Hugging Face hub: a redirect with the checksum, then bytes with ranges. */
export async function startHub(content: Buffer): Promise<HubServer> {
  const behaviour: HubBehaviour = {
    content,
    cutAfter: [],
    ranges: true,
    status: 200,
    etag: undefined,
    sendEtag: true,
  };
  const ranges: (string | undefined)[] = [];
  const paths: string[] = [];
  let waiting: Waiting | undefined;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    paths.push(path);
    if (behaviour.status !== 200) {
      response.writeHead(behaviour.status).end('no');
    } else if (path.startsWith('/content')) {
      ranges.push(request.headers.range);
      waiting = sendBytes(request, response, behaviour);
    } else {
      const etag = behaviour.etag ?? createHash('sha256').update(behaviour.content).digest('hex');
      response
        .writeHead(302, {
          location: '/content?signature=secret',
          ...(behaviour.sendEtag ? { 'x-linked-etag': `"${etag}"` } : {}),
        })
        .end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviour,
    ranges,
    paths,
    received(doneBytes) {
      if (waiting?.atBytes === doneBytes) waiting.response.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  behaviour: HubBehaviour,
): Waiting | undefined {
  const { content } = behaviour;
  const asked = behaviour.ranges ? /^bytes=(\d+)-$/.exec(request.headers.range ?? '') : null;
  const from = asked ? Number(asked[1]) : 0;
  if (asked && from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return undefined;
  }
  const body = content.subarray(from);
  response.writeHead(asked ? 206 : 200, {
    'content-length': body.length,
    ...(asked ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  const cut = behaviour.cutAfter.shift();
  if (cut === undefined) {
    response.end(body);
    return undefined;
  }
  response.write(body.subarray(0, cut));
  return { atBytes: from + cut, response };
}
