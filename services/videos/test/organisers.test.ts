import { randomUUID } from 'node:crypto';
import { createVideo, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startVideos, type Videos } from './setup.ts';

let videos: Videos;
let player: Player;
let organiser: Player;
beforeAll(async () => {
  videos = await startVideos();
  player = await videos.players.signUp({ first_name: 'Luz', last_name: 'Mar', city: 'Tunja' });
  organiser = await videos.players.signUp({ role: 'organiser' });
});
afterAll(() => videos.stop());
beforeEach(async () => {
  await videos.database.admin`delete from videos.videos`;
  await review(false);
});

// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever was said; tests compare it
type Answer = { status: number; headers: Headers; body: any };
const ask = async (who: Player, method: string, path: string, body?: unknown): Promise<Answer> => {
  const answer = await videos.app.request(path, {
    method,
    headers: {
      authorization: who.authorization,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const create = (details: Parameters<typeof createVideo>[2] = {}, who = player) =>
  createVideo(videos.database.admin, who.id, details);
const set = (id: string, change: Record<string, string | number | boolean | Date | null>) =>
  videos.database.admin`update videos.videos set ${videos.database.admin(change)} where id = ${id}`;
const row = async (id: string) =>
  (await videos.database.admin`select * from videos.videos where id = ${id}`)[0] ?? {};
const review = (on: boolean) =>
  videos.database.admin`update votes.contest set review_before_publication = ${on}`;
const traces = (id: string) => videos.database.admin`
  select user_id, action, detail from videos.audit where video_id = ${id} order by id`;
const judge = (id: string, how: 'hide' | 'show', title?: string) =>
  ask(
    organiser,
    'POST',
    `/api/admin/videos/${id}/${how}${title === undefined ? '' : `?title=${encodeURIComponent(title)}`}`,
  );
const isOpen = async (id: string) => (await videos.app.request(`/api/public/videos/${id}`)).status === 200;
const listed = async (path: string) => {
  const { body, headers } = await ask(organiser, 'GET', path);
  return {
    ids: body.map(({ video_id }: { video_id: string }) => video_id),
    total: headers.get('x-total-count'),
  };
};

test.each([
  ['GET', '/api/admin/jobs'],
  ['GET', '/api/admin/reports'],
  ['GET', `/api/admin/videos/${randomUUID()}`],
])('%s %s is for organisers alone', async (method, path) => {
  expect(await ask(player, method, path)).toMatchObject({ status: 403, body: { code: 'organisers_only' } });
  expect((await videos.app.request(path, { method })).status).toBe(401);
});

describe('GET /api/admin/jobs', () => {
  test('tells of each video whose it is, how far it is and why it failed; never an e-mail or a file name', async () => {
    const failed = await create({ status: 'failed', title: 'Un intento' });
    await set(failed, { attempts: 5, deaths: 1 });
    const { body, status } = await ask(organiser, 'GET', '/api/admin/jobs');
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        video_id: failed,
        user_id: player.id,
        user_first_name: 'Luz',
        user_last_name: 'Mar',
        title: 'Un intento',
        status: 'failed',
        attempts: 5,
        deaths: 1,
        with_worker: false,
        failure_code: 'unreadable',
        failure_reason: expect.stringContaining('dañado'),
        uploaded_at: expect.any(String),
        queued_at: expect.any(String),
        is_public: true,
        open: false,
        hidden: false,
      },
    ]);
  });

  test('says whether a worker has it in hand', async () => {
    const id = await create({ status: 'processing' });
    await set(id, { stage: 'transcoding', progress: 40, lease_token: randomUUID() });
    for (const [seconds, with_worker] of [
      [60, true],
      [-1, false],
    ] as const) {
      await set(id, { lease_expires_at: new Date(Date.now() + seconds * 1000) });
      const { body } = await ask(organiser, 'GET', '/api/admin/jobs');
      expect(body).toMatchObject([{ stage: 'transcoding', progress: 40, with_worker }]);
    }
  });

  test('lists by state, the latest queued first, without the deleted', async () => {
    const states = ['uploaded', 'processing', 'processed', 'failed'] as const;
    const made: Record<string, string> = {};
    for (const [hours, status] of states.entries()) {
      made[status] = await create({ status });
      await set(made[status], { queued_at: new Date(Date.now() - hours * 3_600_000) });
      await create({ status, deleted: true });
    }
    await judge(made.processed ?? '', 'hide');
    for (const state of states) {
      expect(await listed(`/api/admin/jobs?state=${state}`)).toEqual({ ids: [made[state]], total: '1' });
    }
    expect(await listed('/api/admin/jobs?state=hidden')).toEqual({ ids: [made.processed], total: '1' });
    expect(await listed('/api/admin/jobs?state=pending')).toEqual({ ids: [], total: '0' });
    expect(await listed('/api/admin/jobs')).toEqual({ ids: states.map((state) => made[state]), total: '4' });
    await set(made.failed ?? '', { queued_at: new Date() });
    expect((await listed('/api/admin/jobs')).ids[0]).toBe(made.failed);
  });

  test('is one query whatever the page, also beyond the last', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => create()));
    videos.queries.length = 0;
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(await listed(`/api/admin/jobs?limit=2&page=${page}`));
    expect(pages.map(({ ids }) => ids.length)).toEqual([2, 2, 1, 0]);
    expect(pages.flatMap(({ ids }) => ids).sort()).toEqual(made.sort());
    expect(pages.map(({ total }) => total)).toEqual(['5', '5', '5', '5']);
    expect(videos.queries.filter((query) => query.includes('videos.videos'))).toHaveLength(4);
  });

  test.each(['state=lost', 'limit=0', 'page=x'])('refuses %s', async (query) => {
    const { status, body } = await ask(organiser, 'GET', `/api/admin/jobs?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_input']);
  });
});

describe('POST /api/public/videos/{video_id}/report', () => {
  const report = (who: Player, id: string, reason: unknown = 'No es baloncesto.') =>
    ask(who, 'POST', `/api/public/videos/${id}/report`, { reason });

  test('one a user and video: another replaces it', async () => {
    const id = await create();
    const fan = await videos.players.signUp();
    expect(await report(fan, id)).toMatchObject({
      status: 202,
      body: { video_id: id, message: 'Gracias. Los organizadores revisarán este video.' },
    });
    expect((await report(fan, id, 'Es de otra persona.')).status).toBe(202);
    expect((await report(await videos.players.signUp(), id)).status).toBe(202);
    const { body } = await ask(organiser, 'GET', '/api/admin/reports');
    expect(body).toEqual([
      {
        video_id: id,
        user_id: player.id,
        user_first_name: 'Luz',
        user_last_name: 'Mar',
        title: 'Triple desde la esquina',
        open: true,
        hidden: false,
        reports: 2,
        reasons: ['No es baloncesto.', 'Es de otra persona.'],
        first_reported_at: expect.any(String),
        last_reported_at: expect.any(String),
      },
    ]);
    expect(body[0].first_reported_at < body[0].last_reported_at).toBe(true);
  });

  test.each<[string, () => Promise<string> | string, unknown, number, string]>([
    ['an unknown video', () => randomUUID(), 'No es baloncesto.', 404, 'video_not_found'],
    ['a private one', () => create({ is_public: false }), 'No es baloncesto.', 404, 'video_not_found'],
    ['a malformed id', () => '7', 'No es baloncesto.', 400, 'invalid_input'],
    ['a reason too short', () => create(), 'feo', 400, 'invalid_input'],
    ['a reason too long', () => create(), 'x'.repeat(501), 400, 'invalid_input'],
    ['no reason', () => create(), undefined, 400, 'invalid_input'],
  ])('refuses %s', async (_what, id, reason, status, code) => {
    expect(await ask(player, 'POST', `/api/public/videos/${await id()}/report`, { reason })).toMatchObject({
      status,
      body: { code },
    });
  });

  test('takes ten at once from one user, and from the others still', async () => {
    const id = await create();
    const fan = await videos.players.signUp();
    const answers = await Promise.all(Array.from({ length: 12 }, () => report(fan, id)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(10);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(refused?.body.code).toBe('too_many_requests');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(300);
    expect((await report(player, id)).status).toBe(202);
  });

  test('is listed by how many there are, until an organiser has decided, which is noted', async () => {
    const fans = await Promise.all([1, 2, 3].map(() => videos.players.signUp()));
    const [little, much] = [await create(), await create()];
    for (const fan of fans) await report(fan, much);
    await report(fans[0] as Player, little);
    expect(await listed('/api/admin/reports?limit=1')).toEqual({ ids: [much], total: '2' });
    expect(await listed('/api/admin/reports?limit=1&page=2')).toEqual({ ids: [little], total: '2' });
    expect(await listed('/api/admin/reports?page=9')).toEqual({ ids: [], total: '2' });

    expect((await judge(much, 'hide')).body).toEqual({ video_id: much, hidden: true });
    expect((await judge(little, 'show')).body).toEqual({ video_id: little, hidden: false });
    expect(await listed('/api/admin/reports')).toEqual({ ids: [], total: '0' });
    expect([await isOpen(much), await isOpen(little)]).toEqual([false, true]);
    expect([...(await traces(much)), ...(await traces(little))]).toMatchObject([
      { user_id: organiser.id, action: 'hide', detail: { settled: 3 } },
      { user_id: organiser.id, action: 'show', detail: { settled: 1 } },
    ]);
    await judge(little, 'show');
    expect(await traces(little)).toHaveLength(1);

    await report(fans[0] as Player, little, 'Ahora tiene otro título.');
    expect(await listed('/api/admin/reports')).toEqual({ ids: [little], total: '1' });
  });

  test('is forgotten in the list when the video is deleted', async () => {
    const id = await create();
    await report(organiser, id);
    await ask(player, 'PATCH', `/api/videos/${id}`, { is_public: false });
    await ask(player, 'DELETE', `/api/videos/${id}`);
    expect(await listed('/api/admin/reports')).toEqual({ ids: [], total: '0' });
  });
});

describe('while the contest is reviewed', () => {
  beforeEach(() => review(true));
  const change = async (id: string, body: object) =>
    (await ask(player, 'PATCH', `/api/videos/${id}`, body)).body;
  const published = async () => {
    const id = await create({ is_public: false });
    await change(id, { is_public: true });
    return id;
  };

  test('a video that is published waits for an organiser, who sees it, and opens in its player’s city of then', async () => {
    const mover = await videos.players.signUp({ city: 'Neiva' });
    const id = await create({ is_public: false }, mover);
    const asked = await ask(mover, 'PATCH', `/api/videos/${id}`, { is_public: true });
    expect(asked.body).toMatchObject({ is_public: true, review: 'pending' });
    expect(await row(id)).toMatchObject({ open: false, published_at: null, city: null });
    expect([await isOpen(id), await listed('/api/admin/jobs?state=pending')]).toEqual([
      false,
      { ids: [id], total: '1' },
    ]);
    const { body: seen } = await ask(organiser, 'GET', `/api/admin/videos/${id}`);
    expect(seen).toMatchObject({ video_id: id, review: 'pending', open: false, reports: [] });
    expect(seen.processed_url).toContain('X-Amz-Signature=');
    expect(seen.poster_url).toContain('X-Amz-Signature=');

    await videos.database
      .admin`update auth.users set city = 'Cali', city_key = 'cali' where id = ${mover.id}`;
    expect((await judge(id, 'show')).body).toEqual({ video_id: id, hidden: false });
    expect(await isOpen(id)).toBe(true);
    expect(await row(id)).toMatchObject({ city: 'Cali', published_at: expect.any(Date), review: 'approved' });
    expect(await traces(id)).toMatchObject([{ action: 'show', detail: { approved: true, settled: 0 } }]);
    expect((await ask(mover, 'GET', `/api/videos/${id}`)).body).not.toHaveProperty('review');
    expect(await listed('/api/admin/jobs?state=pending')).toEqual({ ids: [], total: '0' });
  });

  test('one that is rejected leaves the list; its player is told, and it can still be shown', async () => {
    const id = await published();
    await judge(id, 'hide');
    expect(await listed('/api/admin/jobs?state=pending')).toEqual({ ids: [], total: '0' });
    expect((await ask(player, 'GET', `/api/videos/${id}`)).body).toMatchObject({ hidden: true });
    await change(id, { is_public: false });
    await change(id, { is_public: true });
    expect(await isOpen(id)).toBe(false);
    await judge(id, 'show');
    expect(await isOpen(id)).toBe(true);
  });

  test('an approved video that gets another title waits again, and keeps its place in time', async () => {
    const id = await published();
    await judge(id, 'show');
    const { published_at, city } = await row(id);
    await change(id, { title: 'Triple desde la esquina' });
    expect(await isOpen(id)).toBe(true);
    expect(await change(id, { title: 'Algo muy distinto' })).toMatchObject({ review: 'pending' });
    expect(await isOpen(id)).toBe(false);
    await judge(id, 'show');
    expect(await row(id)).toMatchObject({ open: true, published_at, city });
  });

  test('nor does a title slip through while the video is private', async () => {
    const id = await published();
    await judge(id, 'show');
    await change(id, { is_public: false });
    await change(id, { title: 'Algo muy distinto' });
    expect(await listed('/api/admin/jobs?state=pending')).toEqual({ ids: [], total: '0' });
    await change(id, { is_public: true });
    expect([await isOpen(id), (await listed('/api/admin/jobs?state=pending')).ids]).toEqual([false, [id]]);
  });

  test('nor one that comes while the review is off', async () => {
    const id = await published();
    await change(id, { is_public: false });
    await judge(id, 'show');
    await review(false);
    await change(id, { title: 'Algo muy distinto' });
    await review(true);
    await change(id, { is_public: true });
    expect([await isOpen(id), (await listed('/api/admin/jobs?state=pending')).ids]).toEqual([false, [id]]);
  });

  test('nor what no organiser can have seen, though it was shown', async () => {
    const id = await create({ is_public: false });
    await judge(id, 'hide');
    await judge(id, 'show');
    await change(id, { is_public: true });
    expect([await isOpen(id), (await row(id)).review]).toEqual([false, 'pending']);
  });

  test('a video that was hidden before the review began is shown at once', async () => {
    const id = await create({ is_public: false });
    await judge(id, 'hide');
    await review(false);
    await change(id, { is_public: true });
    await review(true);
    await judge(id, 'show');
    expect(await isOpen(id)).toBe(true);
  });

  test('nor one that came after the organiser had looked', async () => {
    const id = await published();
    await change(id, { title: 'Algo muy distinto' });
    await videos.database.admin`
      insert into videos.reports (video_id, user_id, reason) values (${id}, ${organiser.id}, 'Es un plagio')`;
    expect(await judge(id, 'show', 'Triple desde la esquina')).toMatchObject({
      status: 400,
      body: { code: 'title_changed' },
    });
    expect(await listed('/api/admin/reports')).toEqual({ ids: [id], total: '1' });
    expect([await isOpen(id), await traces(id)]).toEqual([false, []]);
    expect((await judge(id, 'show', '\0')).body.code).toBe('invalid_input');
    expect((await judge(id, 'show', 'Algo muy distinto')).status).toBe(200);
    expect(await isOpen(id)).toBe(true);
  });

  test('what was open before stays so, and may be withdrawn and put back', async () => {
    const id = await create();
    expect(await isOpen(id)).toBe(true);
    await change(id, { is_public: false });
    await change(id, { is_public: true });
    expect(await isOpen(id)).toBe(true);
  });

  test('what waits goes on waiting when the review ends; what comes then does not', async () => {
    const id = await published();
    await review(false);
    await change(id, { is_public: false });
    await change(id, { is_public: true });
    expect(await isOpen(id)).toBe(false);
    expect(await isOpen(await published())).toBe(true);
    await judge(id, 'show');
    expect(await isOpen(id)).toBe(true);
  });

  test('a private video is its player’s alone', async () => {
    const id = await create({ is_public: false });
    const { body } = await ask(organiser, 'GET', `/api/admin/videos/${id}`);
    expect(body).not.toHaveProperty('processed_url');
    expect(body).not.toHaveProperty('poster_url');
    expect((await ask(organiser, 'GET', `/api/admin/videos/${randomUUID()}`)).status).toBe(404);
  });

  test('the media of a video that waits are withheld', async () => {
    const id = await published();
    const { media_version } = await row(id);
    expect((await videos.app.request(`/media/${id}/${media_version}/clip.mp4`)).status).toBe(404);
    const left = await videos.database.admin`select kind from videos.outbox where video_id = ${id}`;
    expect(left).toContainEqual({ kind: 'place_media' });
  });
});

test('a video opens also between the migrations of videos and those of votes', async () => {
  const id = await create({ is_public: false });
  await videos.database.admin
    .begin(async (transaction) => {
      await transaction`drop view votes.contest_rules`;
      await transaction`update videos.videos set is_public = true where id = ${id}`;
      const [video] = await transaction`select open from videos.videos where id = ${id}`;
      expect(video).toEqual({ open: true });
      throw new Error('as it was');
    })
    .catch(({ message }) => expect(message).toBe('as it was'));
});

test('nobody but the owner of the schema changes a trace', async () => {
  const id = await create();
  await judge(id, 'hide');
  for (const statement of [`update videos.audit set action = 'show'`, 'delete from videos.audit']) {
    await expect(videos.sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
  }
});
