import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fake-python.test-helper.js';
import { downloadFromHub } from './fetch-hub.js';
import { startHub } from './hub-server.test-helper.js';
import { SourceUnreachableError } from './source-error.js';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const quick = { resumeDelayMs: 0 };

async function scene() {
  const hub = await startHub(content);
  const folder = await temporaryFolder();
  const part = join(folder.path, 'model.bin.part');
  return {
    hub,
    part,
    request: { url: `${hub.url}/org/repo/resolve/main/model.bin`, part, onProgress: hub.received },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('downloadFromHub', () => {
  it('follows the redirect, keeps the checksum of the first answer and reports progress', async () => {
    await using it = await scene();
    const seen: [number, number | undefined][] = [];
    const result = await downloadFromHub({
      ...it.request,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(result).toEqual({ bytes: content.length, sha256, pinnedSha256: sha256 });
    expect((await readFile(it.part)).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(it.hub.ranges).toEqual([undefined]);
  });

  it('continues cut connections from the byte where they broke', async () => {
    await using it = await scene();
    it.hub.behaviour.cutAfter = [100_000, 50_000];
    const result = await downloadFromHub(it.request, quick);
    expect(result.sha256).toBe(sha256);
    expect((await readFile(it.part)).equals(content)).toBe(true);
    expect(it.hub.ranges).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
  });

  it('gives up after the allowed number of cuts, and the next run goes on from there', async () => {
    await using it = await scene();
    it.hub.behaviour.cutAfter = [10_000, 10_000, 10_000];
    await expect(downloadFromHub(it.request, { ...quick, maxResumes: 2 })).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_FETCH',
      message: expect.stringContaining('cut 3 times') as string,
    });
    expect((await stat(it.part)).size).toBe(30_000);
    const result = await downloadFromHub(it.request, quick);
    expect(result.sha256).toBe(sha256);
    expect(it.hub.ranges.at(-1)).toBe('bytes=30000-');
  });

  it('does not start over by itself when the server cannot continue a cut download', async () => {
    await using it = await scene();
    it.hub.behaviour.ranges = false;
    it.hub.behaviour.cutAfter = [10_000];
    await expect(downloadFromHub(it.request, quick)).rejects.toThrow('cannot continue a download');
    expect(it.hub.ranges).toHaveLength(2);
  });

  it('starts over in a new run when the server ignores ranges', async () => {
    await using it = await scene();
    it.hub.behaviour.cutAfter = [10_000];
    await expect(downloadFromHub(it.request, { ...quick, maxResumes: 0 })).rejects.toThrow('cut 1 times');
    it.hub.behaviour.ranges = false;
    expect((await downloadFromHub(it.request, quick)).sha256).toBe(sha256);
    expect((await readFile(it.part)).equals(content)).toBe(true);
  });

  it('throws an unfinished file away when the server has another content by now', async () => {
    await using it = await scene();
    it.hub.behaviour.cutAfter = [10_000];
    await expect(downloadFromHub(it.request, { ...quick, maxResumes: 0 })).rejects.toThrow();
    const newer = randomBytes(200_000);
    it.hub.behaviour.content = newer;
    await downloadFromHub(it.request, quick);
    expect((await readFile(it.part)).equals(newer)).toBe(true);
  });

  it('throws away an unfinished file whose origin nobody noted', async () => {
    await using it = await scene();
    await writeFile(it.part, 'something else');
    expect((await downloadFromHub(it.request, quick)).sha256).toBe(sha256);
  });

  it('takes a 416 at the very end for a finished file', async () => {
    await using it = await scene();
    await writeFile(it.part, content);
    const etag = `"${sha256}"`;
    await writeFile(`${it.part}.json`, JSON.stringify({ url: it.request.url, etag }));
    const result = await downloadFromHub(it.request, quick);
    expect(result).toMatchObject({ bytes: content.length, sha256 });
    expect(it.hub.ranges).toEqual([`bytes=${content.length}-`]);
  });

  it('starts over after a 416 when more is on disk than the server has', async () => {
    await using it = await scene();
    await writeFile(it.part, Buffer.concat([content, content]));
    await writeFile(`${it.part}.json`, JSON.stringify({ url: it.request.url, etag: `"${sha256}"` }));
    expect((await downloadFromHub(it.request, quick)).sha256).toBe(sha256);
    expect((await readFile(it.part)).equals(content)).toBe(true);
  });

  it.each([
    [404, 'no such file'],
    [401, 'licence'],
    [429, 'too many requests'],
    [500, 'answered 500'],
  ])('says what %i means, without the signed address', async (status, words) => {
    await using it = await scene();
    it.hub.behaviour.status = status;
    const error = await downloadFromHub({ ...it.request, url: `${it.request.url}?token=secret` }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'SLOWCAT_MODEL_FETCH' });
    expect(String(error)).toContain(words);
    expect(String(error)).not.toContain('secret');
  });

  it('calls a server that cannot be reached unreachable', async () => {
    await using it = await scene();
    await it.hub[Symbol.asyncDispose]();
    await expect(downloadFromHub(it.request)).rejects.toBeInstanceOf(SourceUnreachableError);
  });

  it('gives no pinned checksum when the server sends none', async () => {
    await using it = await scene();
    it.hub.behaviour.sendEtag = false;
    expect(await downloadFromHub(it.request)).toMatchObject({ sha256, pinnedSha256: undefined });
  });

  it('rejects with the reason when aborted and keeps what has come', async () => {
    await using it = await scene();
    it.hub.behaviour.cutAfter = [10_000];
    const abort = new AbortController();
    const why = new Error('enough');
    const running = downloadFromHub(
      { ...it.request, signal: abort.signal, onProgress: () => abort.abort(why) },
      quick,
    );
    await expect(running).rejects.toBe(why);
    expect((await stat(it.part)).size).toBeGreaterThan(0);
  });
});
