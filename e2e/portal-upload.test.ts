import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectStore } from '@anb/service-kit/objects';
import type { Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { request as ask, Offline, Refusal } from '../services/portal/src/client/api.ts';
import {
  type PutOptions,
  StoreRefusal,
  type Transport,
  UPLOADS,
  Upload,
  type UploadProgress,
} from '../services/portal/src/client/upload.ts';
import { startVideos, type Videos } from '../services/videos/test/setup.ts';

/** The portal's uploads, as browsers run them, against the videos service and a store whose network can be cut. */

const MiB = 1024 * 1024;
const file = randomBytes(20 * MiB);
file.write('\0\0\0\x18ftypisom', 'latin1');
const PARTS = 3;

let videos: Videos;
let player: Player;
let proxy: TcpProxy;
let objects: ObjectStore;
let base: string;

beforeAll(async () => {
  videos = await startVideos();
  proxy = await TcpProxy.start(Number(new URL(videos.bucket.endpoint).port));
  objects = new ObjectStore({ ...videos.bucket, publicEndpoint: `http://127.0.0.1:${proxy.port}` });
  base = await videos.serve(videos.appWith({ objects }));
});
beforeEach(async () => {
  player = await videos.players.signUp();
});
afterAll(async () => {
  objects?.close();
  await proxy?.close();
  await videos?.stop();
});

const call: Transport['call'] = (method, path, options) =>
  ask(method, base + path, { ...options, token: player.authorization.replace('Bearer ', '') });

/** As a browser's XMLHttpRequest: tells how much has gone out. */
async function put(url: string, part: Blob, { onSent, signal }: PutOptions): Promise<string> {
  const bytes = Buffer.from(await part.arrayBuffer());
  const out = request(url, { method: 'PUT', signal, headers: { 'content-length': bytes.length } });
  const answered = once(out, 'response');
  try {
    await Promise.race([send(), answered]);
    const [answer] = await answered;
    await buffer(answer);
    const { etag } = answer.headers;
    if (answer.statusCode >= 300 || !etag) throw new StoreRefusal(answer.statusCode);
    return etag;
  } catch (error) {
    if (error instanceof StoreRefusal || signal.aborted) throw error;
    throw new Offline(String(error));
  }

  async function send() {
    for (let sent = 0; sent < bytes.length; sent += MiB) {
      if (!out.write(bytes.subarray(sent, sent + MiB))) await once(out, 'drain');
      onSent(Math.min(bytes.length, sent + MiB));
    }
    out.end();
  }
}

/** Waits a hundredth of the time. */
const rest: Transport['rest'] = (ms, signal) => sleep(ms / 100, undefined, { signal }).catch(() => {});

const transport: Transport = { call, put, rest };
const begin = async (size = file.length) =>
  (
    await call<{ video_id: string }>('POST', UPLOADS, {
      json: { title: 'Triple desde la esquina', size, filename: 'clip.mp4' },
    })
  ).video_id;

/** Runs an upload of the file, and keeps what it tells. */
function start(videoId: string, replaced: Partial<Transport> = {}, blob: Blob = new Blob([file])) {
  const told: UploadProgress[] = [];
  const stop = new AbortController();
  const upload = new Upload({ ...transport, ...replaced }, { videoId, file: blob }, (now) => told.push(now));
  const done = upload.run(stop.signal);
  done.catch(() => {});
  return { told, stop, done, last: () => told.at(-1) };
}

async function expectStored(videoId: string) {
  const [video] = await videos.database.admin`select status from videos.videos where id = ${videoId}`;
  expect(video).toEqual({ status: 'uploaded' });
  const answer = await fetch(await videos.objects.signedUrl(`originals/${videoId}`));
  expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
}

describe('an upload', () => {
  /** Counts the parts that are under way at a time. */
  function countPuts() {
    const counted = { open: 0, most: 0 };
    const counting: Transport['put'] = async (...part) => {
      counted.most = Math.max(counted.most, ++counted.open);
      return put(...part).finally(() => counted.open--);
    };
    return { counted, put: counting };
  }

  test('arrives byte for byte, two parts at a time, and tells how far it is', async () => {
    const { counted, put } = countPuts();
    const videoId = await begin();
    const { done, told, last } = start(videoId, { put });
    await done;
    await expectStored(videoId);
    expect(counted.most).toBe(2);
    expect(last()).toEqual({ phase: 'joining', sent: file.length, total: file.length, moved: file.length });
    const sent = told.map((progress) => progress.sent);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect(new Set(sent).size).toBeGreaterThan(10);
  });

  test('sends part after part where the first one took long', async () => {
    const { counted, put } = countPuts();
    const videoId = await begin();
    const upload = new Upload({ ...transport, put }, { videoId, file: new Blob([file]), quickMs: 0 });
    await upload.run(new AbortController().signal);
    expect(counted.most).toBe(1);
  });

  test('goes on by itself after the network was cut half-way, with what is missing', async () => {
    const videoId = await begin();
    const taken = new Set<string>();
    const onlyOnce: Transport['put'] = async (url, ...others) => {
      const etag = await put(url, ...others);
      expect(taken.has(etag)).toBe(false);
      taken.add(etag);
      return etag;
    };
    const { done, last } = start(videoId, { put: onlyOnce });
    await vi.waitFor(() => expect(last()?.sent).toBeGreaterThan(10 * MiB), { interval: 1, timeout: 10_000 });
    proxy.cut();
    await vi.waitFor(() => expect(last()?.phase).toBe('waiting'));
    proxy.heal();
    await done;
    await expectStored(videoId);
    expect(last()?.sent).toBe(file.length);
    expect(last()?.moved).toBeGreaterThan(file.length);
    expect(taken.size).toBe(PARTS);
  });

  test('that was left goes on in another page with the missing parts only', async () => {
    const videoId = await begin();
    const firstOnly: Transport['put'] = (url, part, options) =>
      new URL(url).searchParams.get('partNumber') === '1'
        ? put(url, part, options)
        : once(options.signal, 'abort').then(() => options.signal.throwIfAborted() as never);
    const left = start(videoId, { put: firstOnly });
    await vi.waitFor(
      async () => {
        const { received } = await call<{ received: number[] }>('GET', `${UPLOADS}/${videoId}`);
        expect(received).toEqual([1]);
      },
      { timeout: 10_000 },
    );
    left.stop.abort();
    await expect(left.done).rejects.toThrow('aborted');

    const addresses: string[] = [];
    const later = start(videoId, {
      put: (url, ...others) => {
        addresses.push(url);
        return put(url, ...others);
      },
    });
    await later.done;
    expect(addresses).toHaveLength(PARTS - 1);
    await expectStored(videoId);
  });

  test('leaves out what another page has sent meanwhile', async () => {
    const videoId = await begin();
    const puts: string[] = [];
    const overtaken: Transport['put'] = async (url, ...others) => {
      const number = new URL(url).searchParams.get('partNumber') ?? '';
      puts.push(number);
      const etag = await put(url, ...others);
      if (number !== '2') return etag;
      await call('PUT', `${UPLOADS}/${videoId}/parts/2`, { json: { etag } });
      throw new Offline('the other page was faster');
    };
    const { done, last } = start(videoId, { put: overtaken });
    await done;
    expect(puts.toSorted()).toEqual(['1', '2', '3']);
    expect(last()?.sent).toBe(file.length);
    await expectStored(videoId);
  });

  test('sends nothing any more once it was stopped', async () => {
    const videoId = await begin();
    const asked: string[] = [];
    const { stop, done, last } = start(videoId, {
      call: (method, path, options) => {
        asked.push(method);
        return call(method, path, options);
      },
    });
    await vi.waitFor(() => expect(last()?.moved).toBeGreaterThan(0), { interval: 1 });
    stop.abort();
    await expect(done).rejects.toThrow('aborted');
    const before = asked.length;
    await sleep(200);
    expect(asked.slice(before)).toEqual([]);
  });

  test('ends when it was cancelled elsewhere', async () => {
    const videoId = await begin();
    const { done, last } = start(videoId);
    await vi.waitFor(() => expect(last()?.moved).toBeGreaterThan(0), { interval: 1 });
    await call('DELETE', `${UPLOADS}/${videoId}`);
    await expect(done).rejects.toMatchObject({ status: 404, code: 'upload_not_found' });
  });

  test('of a file that was changed meanwhile says so instead of waiting for the network', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anb-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'clip.mp4');
    await writeFile(path, file);
    const blob = await openAsBlob(path);
    await appendFile(path, 'more');
    const videoId = await begin();
    const unread: Transport['put'] = (url, part, options) =>
      put(url, part, options).catch((error) => {
        // A browser says no more of it than of a lost network.
        throw new Offline(String(error));
      });
    await expect(start(videoId, { put: unread }, blob).done).rejects.toThrow(/could not be read/);
  });
});

describe('what the store refuses', () => {
  test('at addresses that are too old is sent to fresh ones', async () => {
    // The first ones that are read are too old by the time that they are used. Not told by what they are: those that
    // are signed in the same second are the same.
    let reads = 0;
    const strict = await startStrictStore(() => reads < 2);
    const videoId = await begin();
    const { done, last } = start(videoId, {
      call: async <T>(method: string, path: string, options?: { json?: unknown }) => {
        if (method === 'GET') reads++;
        return call<T>(method, path, options);
      },
      put: (url, ...others) => put(url.replace(/^http:\/\/[^/]+/, strict), ...others),
    });
    await done;
    expect(reads).toBeGreaterThan(1);
    expect(last()?.sent).toBe(file.length);
    await expectStored(videoId);
  });

  test('again and again ends the upload', async () => {
    const strict = await startStrictStore(() => true);
    const videoId = await begin();
    const puts = vi.fn<Transport['put']>((url, ...others) =>
      put(url.replace(/^http:\/\/[^/]+/, strict), ...others),
    );
    await expect(start(videoId, { put: puts }).done).rejects.toMatchObject({ status: 403 });
    expect(puts.mock.calls.length).toBeLessThanOrEqual(12);
  });

  /** A store that answers as S3 does to addresses that are too old. */
  async function startStrictStore(isOld: () => boolean): Promise<string> {
    const server = createServer((incoming, response) => {
      if (isOld()) {
        incoming.resume();
        return void response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      }
      const onward = request(`http://127.0.0.1:${proxy.port}${incoming.url}`, {
        method: incoming.method ?? 'PUT',
        headers: { 'content-length': incoming.headers['content-length'] ?? '0' },
      });
      onward.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    });
    onTestFinished(() => void server.close().closeAllConnections());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});

describe('what the service answers', () => {
  test('that parts are not as they were reported: all are sent again', async () => {
    const videoId = await begin();
    let puts = 0;
    const { done, last } = start(videoId, {
      put: async (...part) => {
        const etag = await put(...part);
        return ++puts === 2 ? '"00000000000000000000000000000000"' : etag;
      },
    });
    await done;
    expect(puts).toBe(2 * PARTS);
    expect(last()?.sent).toBe(file.length);
    await expectStored(videoId);
  });

  test('that parts are never as reported: it ends', async () => {
    const videoId = await begin();
    const wrong: Transport['put'] = async (...part) => {
      await put(...part);
      return '"00000000000000000000000000000000"';
    };
    await expect(start(videoId, { put: wrong }).done).rejects.toMatchObject({ code: 'parts_missing' });
  });

  test('and is lost on the way: it is asked for again, once the video is made', async () => {
    const videoId = await begin();
    let losses = 0;
    const { done } = start(videoId, {
      call: async <T>(method: string, path: string, options?: { json?: unknown }) => {
        const body = await call<T>(method, path, options);
        if (path.endsWith('/complete') && losses++ === 0) throw new Offline('lost');
        return body;
      },
    });
    await done;
    await expectStored(videoId);
    // From the beginning, too: it is there already.
    await start(videoId).done;
  });

  test('that it is away: it is asked again after a while, and for longer each time', async () => {
    const videoId = await begin();
    const rests: number[] = [];
    let away = 4;
    const { done, told } = start(videoId, {
      call: async <T>(method: string, path: string, options?: { json?: unknown }) => {
        if (away-- > 0) throw new Refusal(503, { code: 'unavailable' }, undefined);
        return call<T>(method, path, options);
      },
      rest: async (ms) => void rests.push(ms),
    });
    await done;
    expect(told[0]?.phase).toBe('waiting');
    expect(rests).toHaveLength(4);
    for (const [index, ms] of rests.entries()) {
      expect(ms).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(ms).toBeLessThanOrEqual(1000 * 2 ** index);
    }
  });

  test('that somebody else asks: it ends at once', async () => {
    const videoId = await begin();
    player = await videos.players.signUp();
    await expect(start(videoId).done).rejects.toMatchObject({ status: 403, code: 'not_your_video' });
  });
});
