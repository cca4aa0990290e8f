import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobQueue } from '@anb/service-kit/queue';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sweepJobs } from '../src/store/jobs.ts';
import { Sweeper } from '../src/sweeper.ts';
import { startVideos, type Videos } from './setup.ts';

let videos: Videos;
let player: Player;
let other: Player;
let organiser: Player;
beforeAll(async () => {
  videos = await startVideos();
  player = await videos.players.signUp();
  other = await videos.players.signUp();
  organiser = await videos.players.signUp({ role: 'organiser' });
});
afterAll(() => videos.stop());
beforeEach(async () => {
  await videos.database.admin`delete from videos.outbox`;
  await videos.database.admin`delete from videos.videos`;
});

const ask = async (
  who: Player,
  method: string,
  path: string,
  app: Pick<Videos['app'], 'request'> = videos.app,
) => {
  const answer = await app.request(path, { method, headers: { authorization: who.authorization } });
  return { status: answer.status, body: (await answer.json()) as { code?: string } };
};
const row = async (id: string) => {
  const [video] = await videos.database.admin`select * from videos.videos where id = ${id}`;
  return video ?? {};
};
/** As the audit tells. */
const redrives = () =>
  videos.database.admin`select user_id, detail from videos.audit where action = 'redrive' order by id`;
const outbox = async () => {
  const rows = await videos.database.admin<{ kind: string; video_id: string }[]>`
    select kind, video_id from videos.outbox order by id`;
  return rows.map(({ kind, video_id }) => [kind, video_id]);
};

describe('POST /api/videos/{video_id}/retry', () => {
  test('queues a failed video again, with a clean record', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'failed' });
    await videos.database.admin`
      update videos.videos set attempts = 5, deaths = 3, resends = 2, progress = 40, queued_at = now() - interval '1 day'
      where id = ${id}`;
    expect(await ask(player, 'POST', `/api/videos/${id}/retry`)).toEqual({
      status: 202,
      body: { video_id: id, status: 'uploaded' },
    });
    expect(await row(id)).toMatchObject({
      ...{ status: 'uploaded', failure_code: null, attempts: 0, deaths: 0, resends: 0, progress: 0 },
    });
    expect((await row(id)).queued_at.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await outbox()).toEqual([['transcode', id]]);
  });

  test('asked twice at once queues it once', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'failed' });
    const answers = await Promise.all([1, 2, 3].map(() => ask(player, 'POST', `/api/videos/${id}/retry`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 400, 400]);
    expect(await outbox()).toEqual([['transcode', id]]);
  });

  test.each(['uploaded', 'processing', 'processed'] as const)('refuses one that is %s', async (status) => {
    const id = await createVideo(videos.database.admin, player.id, { status });
    const before = await row(id);
    expect(await ask(player, 'POST', `/api/videos/${id}/retry`)).toMatchObject({
      ...{ status: 400, body: { code: 'not_failed' } },
    });
    expect([await row(id), await outbox()]).toEqual([before, []]);
  });

  test('refuses somebody else’s, a deleted and an unknown one', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'failed' });
    const gone = await createVideo(videos.database.admin, player.id, { status: 'failed', deleted: true });
    const codes = [
      await ask(other, 'POST', `/api/videos/${id}/retry`),
      await ask(player, 'POST', `/api/videos/${gone}/retry`),
      await ask(player, 'POST', `/api/videos/${randomUUID()}/retry`),
    ].map(({ status, body }) => [status, body.code]);
    expect(codes).toEqual([
      [403, 'not_your_video'],
      [404, 'video_not_found'],
      [404, 'video_not_found'],
    ]);
    expect(await outbox()).toEqual([]);
  });
});

describe('organisers', () => {
  test.each([
    ['POST', '/api/admin/dead-letters/redrive'],
    ['POST', `/api/admin/jobs/${randomUUID()}/retry`],
    ['POST', `/api/admin/videos/${randomUUID()}/hide`],
    ['POST', `/api/admin/videos/${randomUUID()}/show`],
  ])('alone may %s %s', async (method, path) => {
    expect(await ask(player, method, path)).toMatchObject({ status: 403, body: { code: 'organisers_only' } });
    expect((await videos.app.request(path, { method })).status).toBe(401);
  });

  test('retry anybody’s failed video, and it is noted', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'failed' });
    expect(await ask(organiser, 'POST', `/api/admin/jobs/${id}/retry`)).toMatchObject({ status: 202 });
    expect(await ask(organiser, 'POST', `/api/admin/jobs/${id}/retry`)).toMatchObject({
      ...{ status: 400, body: { code: 'not_failed' } },
    });
    expect(await outbox()).toEqual([['transcode', id]]);
    const noted = await videos.database
      .admin`select user_id, action from videos.audit where video_id = ${id}`;
    expect(noted).toEqual([{ user_id: organiser.id, action: 'retry' }]);
  });

  test('hide and show a video: each change is noted once', async () => {
    const id = await createVideo(videos.database.admin, player.id);
    const seen = async () => (await videos.app.request(`/api/public/videos/${id}`)).status;
    for (const [path, status] of [
      ['hide', 404],
      ['hide', 404],
      ['show', 200],
    ] as const) {
      expect(await ask(organiser, 'POST', `/api/admin/videos/${id}/${path}`)).toEqual({
        ...{ status: 200, body: { video_id: id, hidden: path === 'hide' } },
      });
      expect(await seen()).toBe(status);
    }
    const noted = await videos.database.admin`
      select action from videos.audit where video_id = ${id} order by id`;
    expect(noted.map(({ action }) => action)).toEqual(['hide', 'show']);
    expect(await ask(organiser, 'POST', `/api/admin/videos/${randomUUID()}/hide`)).toMatchObject({
      ...{ status: 404, body: { code: 'video_not_found' } },
    });
  });

  test('queue dead letters again; one that nobody can read stays', async () => {
    const ids = [randomUUID(), randomUUID()];
    await videos.deadLetters.send(ids.map((video_id) => ({ video_id, request_id: 'r', group: '7' })));
    const sqs = new SQSClient(videos.queueOptions);
    await sqs.send(new SendMessageCommand({ QueueUrl: videos.deadLetters.url, MessageBody: '{"what":1}' }));
    expect(await ask(organiser, 'POST', '/api/admin/dead-letters/redrive')).toEqual({
      status: 200,
      body: { moved: 2, unreadable: 1, is_complete: true },
    });
    const byId = (a: { video_id: string }, b: { video_id: string }) => (a.video_id < b.video_id ? -1 : 1);
    const back = [await videos.queue.receive(1, 60), await videos.queue.receive(1, 60)];
    expect(back.map((message) => JSON.parse(message?.body ?? '')).sort(byId)).toEqual(
      ids.map((video_id) => ({ video_id, request_id: 'r' })).sort(byId),
    );
    expect(await videos.deadLetters.state()).toMatchObject({ visible: 0, inFlight: 1 });
    expect(await redrives()).toEqual([{ user_id: organiser.id, detail: { moved: 2 } }]);
  });

  test('leave a trace of what was queued again also when that broke off', async () => {
    await videos.deadLetters.send([1, 2].map(() => ({ video_id: randomUUID() })));
    let sent = 0;
    const { port } = new URL(videos.queueOptions.endpoint);
    const proxy = await TcpProxy.start(
      Number(port),
      () => (way, chunk) => way === 'answer' || !chunk.includes('SendMessageBatch') || ++sent === 1,
    );
    const endpoint = `http://127.0.0.1:${proxy.port}`;
    const queue = new JobQueue({ ...videos.queueOptions, endpoint });
    const { status } = await ask(
      organiser,
      'POST',
      '/api/admin/dead-letters/redrive',
      videos.appWith({ queue }),
    );
    queue.close();
    await proxy.close();
    expect(status).toBeGreaterThanOrEqual(500);
    expect((await redrives()).at(-1)).toEqual({ user_id: organiser.id, detail: { moved: 1 } });
  });
});

describe('the sweeper', () => {
  const waiting = async (details: Parameters<typeof createVideo>[2] = {}) => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded', ...details });
    await videos.database
      .admin`update videos.videos set queued_at = now() - interval '1 hour' where id = ${id}`;
    return id;
  };
  const sweep = () => sweepJobs(videos.sql, 60);

  test('sends what has no message again: waiting, and left by a worker that died', async () => {
    const ids = [await waiting(), await waiting({ status: 'processing' })];
    const token = randomUUID();
    await videos.database.admin`
      update videos.videos set lease_token = ${token}, lease_expires_at = now() - interval '1 s'
      where id = ${ids[1] ?? ''}`;
    expect(await sweep()).toEqual({ resent: 2, failed: 0 });
    expect((await outbox()).sort()).toEqual(ids.map((id) => ['transcode', id]).sort());
    // The next worker learns from it that the last one died.
    expect(await row(ids[1] ?? '')).toMatchObject({ lease_token: token });
    expect(await sweep()).toEqual({ resent: 0, failed: 0 });
  });

  test('leaves alone what is done, deleted, just queued, in the outbox or with a living worker', async () => {
    await waiting({ status: 'processed' });
    await waiting({ status: 'failed' });
    await waiting({ deleted: true });
    await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const leased = await waiting({ status: 'processing' });
    await videos.database.admin`
      update videos.videos set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '1 s'
      where id = ${leased}`;
    const published = await waiting();
    await videos.database
      .admin`insert into videos.outbox (kind, video_id) values ('transcode', ${published})`;
    expect(await sweep()).toEqual({ resent: 0, failed: 0 });
    expect(await outbox()).toEqual([['transcode', published]]);
  });

  test('gives up a job that no worker takes, however often it is sent', async () => {
    const id = await waiting();
    for (let time = 1; time <= 5; time++) {
      expect(await sweep()).toEqual({ resent: 1, failed: 0 });
      await videos.database.admin`delete from videos.outbox`;
    }
    expect(await sweep()).toEqual({ resent: 0, failed: 1 });
    expect(await row(id)).toMatchObject({ status: 'failed', failure_code: 'processing_failed' });
  });

  test('looks only when the queue is empty for the second time', async () => {
    const queue = { state: vi.fn() };
    const said = (visible: number, inFlight = 0, delayed = 0) =>
      queue.state.mockResolvedValueOnce({ visible, inFlight, delayed });
    const id = await waiting();
    const sweeper = new Sweeper({
      sql: videos.sql,
      queue: queue as never,
      wakeOutbox: () => {},
      log: keptLog('videos'),
      registry: new Registry(),
      everySeconds: 0.02,
    });
    said(0);
    said(1);
    said(0);
    said(0, 1);
    said(0);
    said(0, 0, 1);
    said(0);
    queue.state.mockRejectedValueOnce(new Error('away'));
    said(0);
    queue.state.mockReturnValueOnce(new Promise(() => {}));
    sweeper.start();
    await vi.waitFor(() => expect(queue.state).toHaveBeenCalledTimes(10), 5000);
    expect(await outbox()).toEqual([]);
    void sweeper.stop();

    queue.state.mockReset().mockResolvedValue({ visible: 0, inFlight: 0, delayed: 0 });
    const again = new Sweeper({
      ...{ sql: videos.sql, queue: queue as never, wakeOutbox: () => {}, everySeconds: 0.02 },
      ...{ log: keptLog('videos'), registry: new Registry() },
    });
    again.start();
    await vi.waitFor(async () => expect(await outbox()).toEqual([['transcode', id]]), 5000);
    await again.stop();
  });
});

describe('GET /api/videos/{video_id}/events', () => {
  let url: string;
  beforeAll(async () => {
    url = await videos.serve(videos.app);
  });

  const open = (id: string, who = player) =>
    fetch(`${url}/api/videos/${id}/events`, { headers: { authorization: who.authorization } });
  const states = (text: string) =>
    [...text.matchAll(/^event: state\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
  const streams = async () => Number(/anb_progress_streams (\d+)/.exec(await videos.registry.metrics())?.[1]);

  test('tells every change once, then ends with the video', async () => {
    const ahead = await createVideo(videos.database.admin, other.id, { status: 'uploaded' });
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const answer = await open(id);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = answer.body?.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write: (chunk) => {
          text += chunk;
        },
      }),
    );
    let told = 0;
    const step = async (change: Record<string, string | number | Date | null>, whose = id) => {
      told++;
      await vi.waitFor(() => expect(states(text)).toHaveLength(told), 5000);
      await videos.database
        .admin`update videos.videos set ${videos.database.admin(change)} where id = ${whose}`;
    };
    const lease = { lease_token: randomUUID(), lease_expires_at: new Date(Date.now() + 60_000) };
    await step({ status: 'processing', ...lease }, ahead);
    await step({
      status: 'processing',
      stage: 'transcoding',
      progress: 42,
      ...lease,
      lease_token: randomUUID(),
    });
    await step({ progress: 60 });
    await vi.waitFor(() => expect(text).toContain('event: here'), 5000);
    await step({ status: 'failed', failure_code: 'too_short', stage: null });
    await reading;
    expect(states(text)).toEqual([
      { status: 'uploaded', progress: 0, queue_place: 2 },
      { status: 'uploaded', progress: 0, queue_place: 1 },
      { status: 'processing', stage: 'transcoding', progress: 42 },
      { status: 'processing', stage: 'transcoding', progress: 60 },
      {
        ...{ status: 'failed', progress: 60, failure_code: 'too_short' },
        failure_reason: 'El video es demasiado corto. Sube uno de al menos medio segundo.',
      },
    ]);
    expect(await streams()).toBe(0);
  });

  test('ends when the video is deleted', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const answer = await open(id);
    await sleep(150);
    await videos.database.admin`update videos.videos set deleted_at = now() where id = ${id}`;
    expect(states(await answer.text()).at(-1)).toEqual({ status: 'deleted', progress: 0 });
  });

  test('is the owner’s alone', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    expect((await open(id, other)).status).toBe(403);
    expect((await open(randomUUID())).status).toBe(404);
    expect((await fetch(`${url}/api/videos/${id}/events`)).status).toBe(401);
  });

  test.each(['a client that leaves', 'a connection that is reset'])('forgets %s', async (how) => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const requests = await Promise.all(
      Array.from({ length: 5 }, () => {
        const request = httpRequest(`${url}/api/videos/${id}/events`, {
          headers: { authorization: player.authorization },
        });
        request.on('error', () => {});
        return new Promise<typeof request>((resolve) => {
          request.on('response', (response) => response.once('data', () => resolve(request)));
          request.end();
        });
      }),
    );
    expect(await streams()).toBe(5);
    for (const request of requests) {
      if (how === 'a client that leaves') request.destroy();
      else request.socket?.resetAndDestroy();
    }
    await vi.waitFor(async () => expect(await streams()).toBe(0), 3000);
  });

  test('forgets a client that was gone before the first byte', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const gone = new AbortController();
    const { authorization } = player;
    const answer = await videos.app.request(`/api/videos/${id}/events`, {
      ...{ headers: { authorization }, signal: gone.signal },
    });
    gone.abort();
    expect([answer.status, await answer.text(), await streams()]).toEqual([200, '', 0]);
  });

  test('keeps nothing open for who asks with HEAD', async () => {
    const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
    const { authorization } = player;
    const answer = await fetch(`${url}/api/videos/${id}/events`, {
      ...{ method: 'HEAD', headers: { authorization } },
    });
    expect([answer.status, await streams()]).toEqual([200, 0]);
  });

  test('is refused beyond the caps, a player’s and everybody’s, and costs one query for all', async () => {
    const opened: Response[] = [];
    for (const [who, granted] of [
      [player, 15],
      [other, 5],
    ] as const) {
      const ids = await Promise.all(
        [1, 2].map(() => createVideo(videos.database.admin, who.id, { status: 'uploaded' })),
      );
      const all = Array.from({ length: granted + 1 }, (_, n) => open(ids[n % 2] ?? '', who));
      const answers = await Promise.all(all);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(granted);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['2']);
      opened.push(...answers);
    }
    await sleep(300);
    videos.queries.length = 0;
    await sleep(500);
    const looks = videos.queries.filter((query) => query.includes('queue_place'));
    expect(looks.length).toBeGreaterThan(1);
    expect(looks.length).toBeLessThan(7);
    await Promise.all(opened.map(({ body }) => body?.cancel()));
  });
});

test('draining ends the streams, with a pause of its own for each', async () => {
  const id = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
  const watch = () =>
    videos.app.request(`/api/videos/${id}/events`, { headers: { authorization: player.authorization } });
  const answers = await Promise.all([watch(), watch(), watch()]);
  const reading = answers.map((answer) => answer.text());
  await sleep(150);
  videos.progress.drain();
  const texts = await Promise.all(reading);
  const pauses = texts.map((text) => /retry: (\d+)\n\n$/.exec(text)?.[1]);
  expect(new Set(pauses).size).toBeGreaterThan(1);
  expect((await watch()).status).toBe(503);
});
