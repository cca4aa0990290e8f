import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@anb/service-kit/database';
import { ObjectStore } from '@anb/service-kit/objects';
import { LostReplies } from '@anb/testing/lost-reply';
import type { Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type BegunUpload, directClient, putPart } from './direct-client.ts';
import { movie, QUOTA, startVideos, type Videos } from './setup.ts';

let videos: Videos;
let player: Player;
let client: ReturnType<typeof directClient>;

beforeAll(async () => {
  videos = await startVideos();
});
beforeEach(async () => {
  player = await videos.players.signUp();
  client = directClient(player, videos.app);
});
afterAll(() => videos.stop());

async function sent(): Promise<BegunUpload> {
  const upload = await client.begin(1000);
  await client.sendParts(upload, movie());
  return upload;
}
const sessions = () => videos.database.admin`select * from videos.uploads where user_id = ${player.id}`;

/** One row, one job and its object, and no session. */
async function expectVideo(id: string) {
  const { admin } = videos.database;
  expect(await admin`select status from videos.videos where id = ${id}`).toEqual([{ status: 'uploaded' }]);
  expect(await admin`select kind from videos.outbox where video_id = ${id}`).toEqual([{ kind: 'transcode' }]);
  expect(await videos.bucket.keys()).toContain(`originals/${id}`);
  expect(await sessions()).toEqual([]);
}

async function expectNothing({ video_id, parts }: BegunUpload) {
  const { admin } = videos.database;
  expect(await admin`select from videos.videos where id = ${video_id}`).toEqual([]);
  expect(await admin`select from videos.outbox where video_id = ${video_id}`).toEqual([]);
  expect(await videos.bucket.keys()).not.toContain(`originals/${video_id}`);
  expect(await sessions()).toEqual([]);
  await expect(putPart(parts[0]?.url ?? '', movie())).rejects.toThrow('NoSuchUpload');
}

describe('an upload is completed once', () => {
  test('when it is asked for again and again, also at once', async () => {
    const { video_id } = await sent();
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.complete(video_id)));
    answers.push(await client.complete(video_id));
    for (const { status, body } of answers) expect([status, body.task_id]).toEqual([201, video_id]);
    await expectVideo(video_id);
  });

  test('when the store has joined the parts and its answer was lost', async () => {
    const { video_id } = await sent();
    const [session] = await sessions();
    const etag = await videos.database
      .admin`select etag from videos.upload_parts where video_id = ${video_id}`;
    await videos.objects.completeMultipart(session?.object_key, session?.upload_id, [
      { number: 1, etag: etag[0]?.etag },
    ]);
    expect((await client.complete(video_id)).status).toBe(201);
    await expectVideo(video_id);
  });

  test.each([
    ['and the second attempt finds it', 1, 201],
    ['twice, and the client asks again', 2, 503],
  ])('when the answer to its commit is lost %s', async (_how, losses, status) => {
    const { loser, app } = await appWithLossyDatabase();
    const { video_id } = await sent();
    const lossy = directClient(player, app);
    await lossy.list(); // its connection is there
    void loser.loseNext(losses);
    expect((await lossy.complete(video_id)).status).toBe(status);
    expect(loser.leftToLose()).toBe(0);
    await expectVideo(video_id);
    expect((await lossy.complete(video_id)).status).toBe(201);
    await expectVideo(video_id);
  });

  test('also one through the service, when the answer to its commit is lost', async () => {
    const { loser, app } = await appWithLossyDatabase();
    const form = new FormData();
    form.append('title', 'Mi mejor jugada');
    form.append('video_file', new Blob([new Uint8Array(movie())]), 'clip.mp4');
    const headers = { authorization: player.authorization };
    // The first commit is of the note that bytes are coming, the second of the video.
    const isBegun = vi.waitFor(async () => expect(await sessions()).toHaveLength(1), {
      ...{ timeout: 5000, interval: 1 },
    });
    const body = new Response(form);
    const slow = new ReadableStream({
      async start(controller) {
        const bytes = await body.bytes();
        controller.enqueue(bytes.subarray(0, 2));
        await isBegun;
        void loser.loseNext();
        controller.enqueue(bytes.subarray(2));
        controller.close();
      },
    });
    const type = body.headers.get('content-type') ?? '';
    const answer = await fetch(`${await videos.serve(app)}/api/videos/upload`, {
      ...{ method: 'POST', headers: { ...headers, 'content-type': type }, body: slow, duplex: 'half' },
    } as RequestInit);
    expect(answer.status).toBe(201);
    expect(loser.leftToLose()).toBe(0);
    await expectVideo(((await answer.json()) as { task_id: string }).task_id);
  });

  async function appWithLossyDatabase() {
    const url = new URL(videos.database.url('anb_videos'));
    const replies = new LostReplies();
    const proxy = await TcpProxy.start(Number(url.port), replies.tap);
    url.host = `127.0.0.1:${proxy.port}`;
    const sql = openDatabase({ url: url.href, max: 2, applicationName: 'lossy' });
    onTestFinished(async () => {
      await sql.end({ timeout: 1 });
      await proxy.close();
    });
    let left = 0;
    const isCommit = (statements: string[]) => statements.at(-1) === 'commit';
    const loser = {
      /** The answers to the next commits. */
      loseNext: async (commits = 1) => {
        for (left = commits; left > 0; left--) await replies.loseNext(isCommit);
      },
      leftToLose: () => left,
    };
    return { loser, app: videos.appWith({ sql }) };
  }
});

describe('while the store is away', () => {
  const away = () =>
    directClient(
      player,
      videos.appWith({ objects: new ObjectStore({ ...videos.bucket, endpoint: 'http://127.0.0.1:1' }) }),
    );

  test('beginning an upload answers 503 and uses up no place of the quota', async () => {
    for (let attempt = 0; attempt <= QUOTA.directUploads; attempt++) {
      const { status, headers, body } = await away().announce(1000);
      expect([status, headers.get('retry-after'), body.code]).toEqual([503, '2', 'unavailable']);
    }
    expect(await sessions()).toEqual([]);
  });

  test.each([
    ['completing', 'complete' as const, expectVideo],
    ['cancelling', 'cancel' as const, undefined],
  ])('%s one answers 503, and loses nothing', async (_what, act, after) => {
    const upload = await sent();
    expect((await away()[act](upload.video_id)).status).toBe(503);
    if (!after) return expect(await sessions()).toMatchObject([{ state: 'ending' }]);
    expect((await client.find(upload.video_id)).body).toMatchObject({ received: [1], parts: [] });
    expect((await client.complete(upload.video_id)).status).toBe(201);
    await after(upload.video_id);
  });
});

describe('while the store takes requests and does not answer', () => {
  async function hanging() {
    const { port } = new URL(videos.bucket.endpoint);
    const proxy = await TcpProxy.start(Number(port));
    proxy.hang();
    const objects = new ObjectStore({
      ...videos.bucket,
      endpoint: `http://127.0.0.1:${proxy.port}`,
      partMs: 500,
    });
    onTestFinished(async () => {
      objects.close();
      await proxy.close();
    });
    return videos.appWith({ objects });
  }

  test('beginning an upload answers 503 in time, and leaves no session behind', async () => {
    const app = await hanging();
    const { status, body } = await directClient(player, app).announce(1000);
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(await sessions()).toEqual([]);
  });

  test('an upload through the service answers 503 in time, and what it leaves is cleaned up', async () => {
    const app = await hanging();
    const form = new FormData();
    form.append('title', 'Mi mejor jugada');
    form.append('video_file', new Blob([new Uint8Array(movie())]), 'clip.mp4');
    const request = { method: 'POST', headers: { authorization: player.authorization }, body: form };
    const answer = await fetch(`${await videos.serve(app)}/api/videos/upload`, request);
    expect(answer.status).toBe(503);
    expect(await sessions()).toMatchObject([{ state: 'ending' }]);
  });
});

test('what broke off on its way through the service keeps no place of the quota: refused, or its process killed', async () => {
  const quota = { videos: 2, directUploads: 1 };
  const send = async (objects = videos.objects) => {
    const form = new FormData();
    form.append('title', 'Mi mejor jugada');
    form.append('video_file', new Blob([new Uint8Array(movie())]), 'clip.mp4');
    const request = { method: 'POST', headers: { authorization: player.authorization }, body: form };
    const url = await videos.serve(videos.appWith({ quota, objects }));
    return fetch(`${url}/api/videos/upload`, request);
  };
  const away = new ObjectStore({ ...videos.bucket, endpoint: 'http://127.0.0.1:1' });
  for (const _place of [1, 2, 3]) expect((await send(away)).status).toBe(503);
  expect(await sessions()).toMatchObject([{ state: 'ending' }, { state: 'ending' }, { state: 'ending' }]);
  await videos.database.admin`
    insert into videos.uploads (video_id, user_id, object_key, started_at)
    select gen_random_uuid(), ${player.id}, 'x', now() - interval '61 minutes' from generate_series(1, 3)`;
  for (const status of [201, 201, 400]) expect((await send()).status).toBe(status);
});

/** Runs something before a step of a completion or of a cancellation. */
type Step = 'completeMultipart' | 'head' | 'readStart' | 'abortMultipart' | 'deleteAll';

function storeThat(before: Partial<Record<Step, () => Promise<unknown>>>): ObjectStore {
  const store = new ObjectStore(videos.bucket);
  for (const [step, act] of Object.entries(before) as [Step, () => Promise<unknown>][]) {
    const go = store[step].bind(store) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(store, {
      [step]: async (...args: unknown[]) => {
        await act();
        return go(...args);
      },
    });
  }
  return store;
}

test('a session that broke off before the store began it keeps no place of the quota', async () => {
  for (let place = 0; place < QUOTA.directUploads; place++) {
    const { video_id } = await client.begin(1000);
    await videos.database.admin`
      update videos.uploads set upload_id = null, started_at = now() - interval '2 minutes'
      where video_id = ${video_id}`;
  }
  expect((await client.begin(1000)).video_id).toBeDefined();
});

describe('an upload that is cancelled while it is completed', () => {
  test.each<[Step]>([['completeMultipart'], ['head'], ['readStart']])(
    'is gone when the cancellation comes before %s',
    async (step) => {
      const upload = await sent();
      const cancel = async () => expect((await client.cancel(upload.video_id)).status).toBe(204);
      const app = videos.appWith({ objects: storeThat({ [step]: cancel }) });
      const { status } = await directClient(player, app).complete(upload.video_id);
      expect(status).toBe(404);
      await expectNothing(upload);
    },
  );

  test.each<[Step]>([['abortMultipart'], ['deleteAll']])(
    'is gone when the cancellation stands before %s and the completion goes on',
    async (step) => {
      const upload = await sent();
      const [atStart, cancelling] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const completed = Promise.withResolvers<void>();
      const completion = directClient(
        player,
        videos.appWith({
          objects: storeThat({
            readStart: async () => {
              atStart.resolve();
              await cancelling.promise;
            },
          }),
        }),
      ).complete(upload.video_id);
      await atStart.promise;
      const cancellation = directClient(
        player,
        videos.appWith({
          objects: storeThat({
            [step]: async () => {
              cancelling.resolve();
              await completed.promise;
            },
          }),
        }),
      ).cancel(upload.video_id);
      expect((await completion).status).toBe(404);
      completed.resolve();
      expect((await cancellation).status).toBe(204);
      await expectNothing(upload);
    },
  );

  test('is a video when the commit comes first, and the cancellation hears that there is no upload', async () => {
    const upload = await sent();
    const { admin } = videos.database;
    const waiting = (count: number) =>
      vi.waitFor(async () => {
        const [row] = await admin`
          select count(*)::integer as count from pg_stat_activity
          where wait_event_type = 'Lock' and datname = current_database()`;
        expect(row?.count).toBe(count);
      }, 5000);
    const [atHead, locked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pause = async () => {
      atHead.resolve();
      await locked.promise;
    };
    const app = videos.appWith({ objects: storeThat({ head: pause }) });
    const completion = directClient(player, app).complete(upload.video_id);
    await atHead.promise;
    const cancellation = await admin.begin(async (transaction) => {
      await transaction`select from videos.uploads where video_id = ${upload.video_id} for update`;
      locked.resolve();
      await waiting(1);
      const cancelled = client.cancel(upload.video_id);
      await waiting(2);
      return { cancelled };
    });
    expect((await completion).status).toBe(201);
    expect((await cancellation.cancelled).status).toBe(404);
    await expectVideo(upload.video_id);
  });

  test('ends as a video with its object or as nothing at all, whenever it comes', async () => {
    const ends = new Set<number>();
    for (let delayMs = 0; delayMs < 40 || ends.size < 2; delayMs += 2) {
      const upload = await sent();
      const [completed, cancelled] = await Promise.all([
        client.complete(upload.video_id),
        sleep(delayMs).then(() => client.cancel(upload.video_id)),
      ]);
      ends.add(completed.status);
      expect([completed.status, cancelled.status]).toEqual(
        completed.status === 201 ? [201, 404] : [404, 204],
      );
      await (completed.status === 201 ? expectVideo(upload.video_id) : expectNothing(upload));
    }
  });
});
