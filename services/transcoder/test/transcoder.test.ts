import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { freePorts } from '@anb/embedded/ports';
import { makeClip } from '@anb/sample-clips';
import { originalKey } from '@anb/service-kit/media';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { createTestBucket, createTestQueue, type TestBucket } from '@anb/testing/cloud';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keepOutput, keptLog } from '@anb/testing/logs';
import { createPlayers, createVideo, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Worker } from '../src/worker.ts';

const run = promisify(execFile);
const { ffmpeg, ffprobe } = findFfmpeg();
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const VISIBILITY_SECONDS = 3;

let folder: string;
let database: TestDatabase;
let bucket: TestBucket;
let queueOptions: Awaited<ReturnType<typeof createTestQueue>>;
let objects: ObjectStore;
let queue: JobQueue;
let player: Player;
let clip: Buffer;
const workers: ChildProcess[] = [];
/** Theirs. */
let log = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anb-transcoder-'));
  [database, bucket, queueOptions] = await Promise.all([
    createTestDatabase(),
    createTestBucket(),
    createTestQueue(VISIBILITY_SECONDS),
  ]);
  objects = new ObjectStore(bucket);
  queue = new JobQueue(queueOptions);
  player = await (await createPlayers(database.admin)).signUp({ city: 'Medellín' });
  await makeClip(ffmpeg, 'small', join(folder, 'clip.mp4'), { seconds: 1 });
  clip = await readFile(join(folder, 'clip.mp4'));
  await startWorker();
});
afterAll(async () => {
  await stopWorkers();
  objects.close();
  queue.close();
  await database.drop();
  expect(readdirSync(folder).filter((name) => name.startsWith('transcode-'))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

async function startWorker(drainSeconds = 0): Promise<ChildProcess> {
  const [opsPort = 0] = await freePorts(1);
  const worker = spawn(process.execPath, [program], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_OPTIONS: process.env.NODE_OPTIONS ?? '',
      HOST: '127.0.0.1',
      OPS_PORT: String(opsPort),
      DATABASE_URL: database.url('anb_transcoder'),
      AWS_REGION: bucket.region,
      AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
      AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
      S3_BUCKET: bucket.bucket,
      S3_ENDPOINT: bucket.endpoint,
      SQS_QUEUE_URL: queueOptions.queueUrl,
      SQS_ENDPOINT: queueOptions.endpoint,
      VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
      DRAIN_SECONDS: String(drainSeconds),
      FFMPEG_PATH: ffmpeg,
      FFPROBE_PATH: ffprobe,
      SCRATCH_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  worker.stdout.on('data', (chunk) => {
    log += chunk;
  });
  keepOutput(worker, 'transcoder');
  workers.push(worker);
  while (!(await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch(() => null))?.ok) await sleep(20);
  return worker;
}

/** A worker in this process. */
function startHere(
  from: JobQueue,
  encoder = ffmpeg,
  visibilitySeconds = VISIBILITY_SECONDS,
  store = objects,
): Worker {
  const worker = new Worker({
    sql: database.connect('anb_transcoder'),
    objects: store,
    queue: from,
    log: keptLog('transcoder'),
    registry: new Registry(),
    programs: { ffmpeg: encoder, ffprobe },
    scratchDir: folder,
    visibilitySeconds,
    drainSeconds: 0,
  });
  worker.start();
  return worker;
}

/** One that makes no clip within a test. */
function slowFfmpeg(): string {
  const slow = join(folder, 'slow-ffmpeg');
  const script = `case "$*" in *' -i '*) exec sleep 60;; *) exec '${ffmpeg}' "$@";; esac`;
  writeFileSync(slow, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return slow;
}

/** @returns the exit codes */
const stopWorkers = () =>
  Promise.all(
    workers.splice(0).map(async (worker) => {
      const exit = once(worker, 'exit');
      worker.kill('SIGTERM');
      const [code] = await exit;
      return code;
    }),
  );

async function uploaded(
  original: Buffer,
  details: Parameters<typeof createVideo>[2] = {},
  to = queue,
): Promise<string> {
  const id = await createVideo(database.admin, player.id, { status: 'uploaded', ...details });
  await objects.put(originalKey(id), Readable.from([original]), { contentType: 'video/mp4' });
  await to.send([{ video_id: id }]);
  return id;
}
/** As its owner deletes it, whoever works on it. */
const remove = (id: string) => database.admin`
  update videos.videos set deleted_at = now(), lease_token = null, lease_expires_at = null where id = ${id}`;
const row = async (id: string) => {
  const [video] = await database.admin`select * from videos.videos where id = ${id}`;
  return video ?? {};
};
const ended = (id: string, status: string, timeout = 15_000) =>
  vi.waitFor(
    async () => {
      const video = await row(id);
      expect(video.status).toBe(status);
      return video;
    },
    { timeout, interval: 50 },
  );
const mediaOf = async (id: string) => (await bucket.keys()).filter((key) => key.startsWith(`media/${id}/`));
/** Nobody gets a message any more, not even when its visibility has run out. */
const expectQueueEmpty = async () => {
  await sleep(VISIBILITY_SECONDS * 1000 + 200);
  expect(await queue.receive(0, 1, AbortSignal.timeout(5000))).toBeNull();
};

describe('an upload', () => {
  test('that is public is published once, in its player’s city, under the version of its lease', async () => {
    const id = await uploaded(clip);
    await queue.send([{ video_id: id }, { video_id: id }]);
    const video = await ended(id, 'processed');
    expect(video).toMatchObject({
      open: true,
      city: 'Medellín',
      city_key: 'medellin',
      attempts: 1,
      lease_token: null,
    });
    expect(video.duration_seconds).toBeCloseTo(5.5, 1);
    expect(video.published_at).toEqual(video.processed_at);
    expect(await mediaOf(id)).toEqual([
      `media/${id}/${video.media_version}/clip.mp4`,
      `media/${id}/${video.media_version}/poster.jpg`,
      `media/${id}/${video.media_version}/thumbnail.jpg`,
    ]);
    await expectQueueEmpty();
    expect(await row(id)).toEqual(video);
  });

  test('that is private waits to be published', async () => {
    expect(await ended(await uploaded(clip, { is_public: false }), 'processed')).toMatchObject({
      published_at: null,
      city: null,
    });
  });

  test('with a message for a video that is deleted, unknown or done changes nothing', async () => {
    const done = await createVideo(database.admin, player.id, { status: 'processed' });
    const gone = await createVideo(database.admin, player.id, { status: 'uploaded', deleted: true });
    const before = [await row(done), await row(gone)];
    await queue.send([done, gone, randomUUID()].map((video_id) => ({ video_id })));
    await expectQueueEmpty();
    expect([await row(done), await row(gone)]).toEqual(before);
  });

  test('is not held up by a message in an unknown shape', async () => {
    const sqs = new SQSClient(queueOptions);
    await sqs.send(new SendMessageCommand({ QueueUrl: queueOptions.queueUrl, MessageBody: '{"what":1}' }));
    await ended(await uploaded(clip), 'processed');
    // It is still there, for the dead letters; the worker would take it from us here.
    await stopWorkers();
    await vi.waitFor(
      async () =>
        expect(await queue.receive(0, 1, AbortSignal.timeout(5000))).toMatchObject({ body: '{"what":1}' }),
      { timeout: 8000, interval: 300 },
    );
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queueOptions.queueUrl }));
    await startWorker();
  });
});

describe('an upload that no retry can save', () => {
  const make = async (args: string[]) => {
    const path = join(folder, `${randomUUID()}.mp4`);
    await run(ffmpeg, ['-v', 'error', ...args, path]);
    return readFile(path);
  };
  const cutInHalf = (file: Buffer) => file.subarray(0, file.length / 2);
  const faststart = () => make(['-i', join(folder, 'clip.mp4'), '-c', 'copy', '-movflags', '+faststart']);

  test.each<[string, string, () => Promise<Buffer> | Buffer]>([
    ['is a text', 'not_a_video', () => Buffer.from('hola, esto es un texto')],
    [
      'is a playlist',
      'not_a_video',
      () => Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n'),
    ],
    ['is empty', 'not_a_video', () => Buffer.alloc(0)],
    ['has no picture', 'no_picture', () => make(['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac'])],
    ['has lost its index', 'unreadable', () => cutInHalf(clip)],
    ['is cut off behind its index', 'unreadable', async () => cutInHalf(await faststart())],
    ['is too short', 'too_short', () => make(['-f', 'lavfi', '-i', 'testsrc=d=0.2'])],
  ])('because it %s fails as %s', async (_why, code, original) => {
    const id = await uploaded(await original());
    expect(await ended(id, 'failed')).toMatchObject({ failure_code: code, attempts: 1, open: false });
    expect(await mediaOf(id)).toEqual([]);
  });

  test('because its player has no account any more ends for good, which is logged', async () => {
    const id = await createVideo(database.admin, 999_999, { status: 'uploaded' });
    await objects.put(originalKey(id), Readable.from([clip]), { contentType: 'video/mp4' });
    await queue.send([{ video_id: id }]);
    expect(await ended(id, 'failed')).toMatchObject({ failure_code: 'owner_gone', attempts: 1, open: false });
    const done = () => log.split('\n').filter((line) => line.includes(id) && line.includes('job done'));
    await vi.waitFor(() => expect(done()).toHaveLength(1), 5000);
    expect(JSON.parse(done()[0] ?? '')).toMatchObject({ outcome: 'failed' });
  });

  test.each([
    ['its workers died five times', { deaths: 4, lease_token: randomUUID() }, 'worker_died', 5],
    ['it was tried five times', { attempts: 5 }, 'processing_failed', 0],
  ])('because %s fails, which is logged with its id', async (_why, state, failure_code, deaths) => {
    const id = await createVideo(database.admin, player.id, { status: 'processing' });
    const before = { ...state, lease_expires_at: new Date(0) };
    await database.admin`update videos.videos set ${database.admin(before)} where id = ${id}`;
    await queue.send([{ video_id: id }]);
    expect(await ended(id, 'failed')).toMatchObject({ failure_code, deaths, stage: null, lease_token: null });
    const lines = () => log.split('\n').filter((line) => line.includes(id));
    await vi.waitFor(() => expect(lines()).toHaveLength(1), 5000);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ level: 'warn', video_id: id, failure_code, deaths });
  });
});

describe('a fault that passes', () => {
  test('in the store counts as an attempt, shows no failure, and is tried again', async () => {
    const id = await createVideo(database.admin, player.id, { status: 'uploaded' });
    await queue.send([{ video_id: id }]); // its object is not there yet
    await vi.waitFor(
      async () => expect(await row(id)).toMatchObject({ attempts: 1, lease_token: null }),
      5000,
    );
    expect((await row(id)).status).toBe('processing');
    await objects.put(originalKey(id), Readable.from([clip]), { contentType: 'video/mp4' });
    expect(await ended(id, 'processed', 20_000)).toMatchObject({ attempts: 2 });
  });

  test('as a store that is away counts as no attempt, and is waited for', async () => {
    const proxy = await TcpProxy.start(Number(new URL(bucket.endpoint).port));
    const behindProxy = new ObjectStore({ ...bucket, endpoint: `http://127.0.0.1:${proxy.port}` });
    const own = new JobQueue(await createTestQueue(VISIBILITY_SECONDS));
    proxy.cut();
    const worker = startHere(own, ffmpeg, VISIBILITY_SECONDS, behindProxy);
    const id = await uploaded(clip, {}, own);
    await vi.waitFor(
      async () => expect(await row(id)).toMatchObject({ status: 'processing', lease_token: null }),
      10_000,
    );
    // Longer than the worker waits before it asks whether the store is there.
    await sleep(2500);
    proxy.heal();
    expect(await ended(id, 'processed')).toMatchObject({ attempts: 1 });
    await worker.stop();
    behindProxy.close();
    own.close();
    await proxy.close();
  }, 30_000);
});

describe('a fault that does not pass', () => {
  /** Real but for the pauses between attempts, 75 s in all. */
  class ImpatientQueue extends JobQueue {
    override hide = (receipt: string, seconds: number) => super.hide(receipt, Math.min(seconds, 1));
  }
  let impatient: ImpatientQueue;
  let worker: Worker;

  beforeAll(async () => {
    impatient = new ImpatientQueue(await createTestQueue(VISIBILITY_SECONDS));
    worker = startHere(impatient);
  });
  afterAll(async () => {
    await worker.stop();
    impatient.close();
  });

  test('ends in failed at the fifth attempt, with its cause, whatever else the message was received for', async () => {
    const id = await createVideo(database.admin, player.id, { status: 'uploaded' }); // without its object
    await database.admin`
      update videos.videos
      set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '3 seconds'
      where id = ${id}`;
    await impatient.send([{ video_id: id }]);
    expect(await ended(id, 'failed', 25_000)).toMatchObject({
      attempts: 5,
      failure_code: 'original_missing',
      lease_token: null,
    });
    await vi.waitFor(
      async () => expect(await impatient.state()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0 }),
      5000,
    );
    const deadLetters = new JobQueue({
      ...queueOptions,
      queueUrl: (await impatient.state()).redrive?.deadLetterUrl ?? '',
    });
    expect(await deadLetters.state()).toMatchObject({ visible: 0, inFlight: 0 });
    deadLetters.close();
  }, 40_000);
});

describe('the lease', () => {
  test('of another worker is waited for', async () => {
    const id = await createVideo(database.admin, player.id, { status: 'processing' });
    await objects.put(originalKey(id), Readable.from([clip]), { contentType: 'video/mp4' });
    await database.admin`
      update videos.videos
      set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '2 seconds'
      where id = ${id}`;
    const { lease_expires_at: until } = await row(id);
    await queue.send([{ video_id: id }]);
    const video = await ended(id, 'processed');
    expect(video.processed_at.getTime()).toBeGreaterThan(until.getTime());
  });

  test('that is lost leaves nothing: not a change in the row, not an object', async () => {
    await makeClip(ffmpeg, 'landscape', join(folder, 'slow.mp4'), { seconds: 20 });
    const id = await uploaded(await readFile(join(folder, 'slow.mp4')));
    await vi.waitFor(async () => expect((await row(id)).lease_token).not.toBeNull(), 5000);
    const other = randomUUID();
    await database.admin`
      update videos.videos
      set lease_token = ${other}, lease_expires_at = now() + interval '6 seconds'
      where id = ${id}`;
    const before = await row(id);
    await sleep(3000);
    expect(await row(id)).toEqual(before);
    expect(await mediaOf(id)).toEqual([]);
    const isTidy = () =>
      expect(readdirSync(folder).filter((name) => name.startsWith('transcode-'))).toEqual([]);
    await vi.waitFor(isTidy, 2000);
    await ended(id, 'processed', 60_000);
  }, 120_000);

  test('keeps its message to itself, at any visibility', async () => {
    const visibilitySeconds = 4;
    const own = new JobQueue(await createTestQueue(visibilitySeconds));
    const worker = startHere(own, slowFfmpeg(), visibilitySeconds);
    const id = await uploaded(clip, {}, own);
    await vi.waitFor(async () => expect((await row(id)).stage).toBe('transcoding'), 5000);
    expect(await own.receive(2 * visibilitySeconds, 1, AbortSignal.timeout(20_000))).toBeNull();
    await remove(id);
    await worker.stop();
    own.close();
  }, 30_000);

  test('lives on although the queue falls silent', async () => {
    /** Real but for its answer to a heartbeat, which never comes. */
    class SilentQueue extends JobQueue {
      override hide = (_receipt: string, _seconds: number, signal?: AbortSignal) =>
        new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    }
    // Half of it passes between two heartbeats.
    const visibilitySeconds = 6;
    const silent = new SilentQueue(await createTestQueue(visibilitySeconds));
    const worker = startHere(silent, slowFfmpeg(), visibilitySeconds);
    const id = await uploaded(clip, {}, silent);
    await vi.waitFor(async () => expect((await row(id)).stage).toBe('transcoding'), 5000);
    for (let second = 0; second < 1.5 * visibilitySeconds; second++) {
      await sleep(1000);
      const { lease_expires_at: until } = await row(id);
      expect(until.getTime()).toBeGreaterThan(Date.now());
    }
    await remove(id);
    await worker.stop();
    silent.close();
  }, 30_000);

  test('ends with the video: deleting it in the middle leaves no object', async () => {
    const id = await uploaded(await readFile(join(folder, 'slow.mp4')));
    await vi.waitFor(async () => expect((await row(id)).lease_token).not.toBeNull(), 5000);
    await remove(id);
    await expectQueueEmpty();
    expect(await mediaOf(id)).toEqual([]);
  }, 30_000);

  test('removes what it has stored by then: deleting the video between two files leaves none', async () => {
    const own = new JobQueue(await createTestQueue(VISIBILITY_SECONDS));
    const id = await uploaded(clip, {}, own);
    let stored = 0;
    class InterruptedStore extends ObjectStore {
      override async put(...words: Parameters<ObjectStore['put']>) {
        await super.put(...words);
        stored++;
        await remove(id);
      }
    }
    const interrupted = new InterruptedStore(bucket);
    const worker = startHere(own, ffmpeg, VISIBILITY_SECONDS, interrupted);
    await vi.waitFor(() => expect(stored).toBeGreaterThan(0), 10_000);
    await vi.waitFor(async () => expect(await mediaOf(id)).toEqual([]), 10_000);
    await worker.stop();
    interrupted.close();
    own.close();
  }, 30_000);
});

test('SIGTERM in the middle gives the job back at once, as no attempt, and another worker ends it', async () => {
  const id = await uploaded(await readFile(join(folder, 'slow.mp4')));
  await vi.waitFor(async () => expect((await row(id)).status).toBe('processing'), 5000);
  await sleep(700);
  expect(await stopWorkers()).toEqual([0]);
  expect(await row(id)).toMatchObject({ status: 'processing', attempts: 0, lease_token: null });
  await startWorker();
  expect(await ended(id, 'processed', 60_000)).toMatchObject({ attempts: 1 });
  expect(await mediaOf(id)).toHaveLength(3);
}, 120_000);

test('SIGTERM lets the job in hand end when there is time for it, and takes no other', async () => {
  await stopWorkers();
  await startWorker(60);
  const id = await uploaded(await readFile(join(folder, 'slow.mp4')));
  await vi.waitFor(async () => expect((await row(id)).status).toBe('processing'), 5000);
  const next = await uploaded(clip);
  expect(await stopWorkers()).toEqual([0]);
  expect(await row(id)).toMatchObject({ status: 'processed', attempts: 1 });
  expect(await row(next)).toMatchObject({ status: 'uploaded', attempts: 0 });
  await startWorker();
  await ended(next, 'processed');
}, 120_000);
