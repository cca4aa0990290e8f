import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { ObjectStore } from '@anb/service-kit/objects';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { MEDIA, QUOTA, startVideos, type Videos } from './setup.ts';

let videos: Videos;

beforeAll(async () => {
  videos = await startVideos();
});
afterAll(() => videos.stop());

interface Listed {
  video_id: string;
  votes: number;
}
const get = (path: string, player?: Player) =>
  videos.app.request(path, player ? { headers: { authorization: player.authorization } } : {});
const list = async (query: string) => (await (await get(`/api/public/videos?${query}`)).json()) as Listed[];
const ids = (rows: Listed[]) => rows.map(({ video_id }) => video_id);
const create = (player: Player, details: Parameters<typeof createVideo>[2] = {}) =>
  createVideo(videos.database.admin, player.id, details);
const change = (method: string, id: string, player: Player, body?: unknown) =>
  videos.app.request(`/api/videos/${id}`, {
    method,
    headers: {
      authorization: player.authorization,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe('the public list', () => {
  test('is an empty array on an empty database', async () => {
    const answer = await get('/api/public/videos');
    expect(answer.headers.get('x-total-count')).toBe('0');
    expect(await answer.json()).toEqual([]);
  });

  test('shows what is open for voting, and of it never the original', async () => {
    const player = await videos.players.signUp({ first_name: 'Luz', last_name: 'Mar', city: 'Arauca' });
    const open = await create(player, { city: 'Arauca', title: 'Una canasta' });
    for (const details of [
      { is_public: false },
      { status: 'failed' as const },
      { status: 'processing' as const },
      { deleted: true },
    ]) {
      await create(player, { city: 'Arauca', ...details });
    }
    const [version] = await videos.database.admin`select media_version from videos.videos where id = ${open}`;
    expect(await list('city=arauca')).toEqual([
      {
        video_id: open,
        user_id: player.id,
        title: 'Una canasta',
        processed_url: `${MEDIA}/${open}/${version?.media_version}/clip.mp4`,
        poster_url: `${MEDIA}/${open}/${version?.media_version}/poster.jpg`,
        uploaded_at: expect.any(String),
        processed_at: expect.any(String),
        duration_seconds: 16.5,
        votes: 0,
        is_public: true,
        user_first_name: 'Luz',
        user_last_name: 'Mar',
        user_city: 'Arauca',
      },
    ]);
  });

  test('puts the most voted first, then the earliest, and pages without gap or repetition', async () => {
    const player = await videos.players.signUp();
    const created: string[] = [];
    for (let n = 0; n < 7; n++) {
      created.push(await create(player, { city: 'Tunja', published_at: new Date(2026, 1, 1 + n) }));
    }
    await videos.database.admin`insert into votes.tallies (video_id, votes) values (${created[4] ?? ''}, 9)`;
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(`city=tunja&limit=3&page=${page}`)));
    const [a, b, c, d, most, e, f] = created;
    expect(pages.map(ids)).toEqual([[most, a, b], [c, d, e], [f], []]);
    expect((await get('/api/public/videos?city=tunja&page=99')).headers.get('x-total-count')).toBe('7');
    expect(ids(await list('city=tunja&sort=recent'))).toEqual([f, e, most, d, c, b, a]);
  });

  test('shuffles by a seed: the same seed, the same order, page by page', async () => {
    const all = ids(await list('city=tunja&sort=random&seed=uno'));
    const paged = await Promise.all(
      [1, 2, 3].map((page) => list(`city=tunja&sort=random&seed=uno&limit=3&page=${page}`)),
    );
    expect(paged.flatMap(ids)).toEqual(all);
    expect(ids(await list('city=tunja&sort=random&seed=dos'))).not.toEqual(all);
  });

  describe('shuffled', () => {
    const DAY_MS = 86_400_000;
    const days = (ago: number) => new Date(Date.now() - ago * DAY_MS);
    /** How often a video of each sort was among the first five, by many seeds. */
    async function atTheFront(city: string, sorts: Record<string, { votes: number; published_at: Date }>) {
      const player = await videos.players.signUp();
      const sortOf = new Map<string, string>();
      for (const [sort, { votes, published_at }] of Object.entries(sorts)) {
        for (let n = 0; n < 15; n++) {
          const id = await create(player, { city, published_at });
          await videos.database.admin`insert into votes.tallies (video_id, votes) values (${id}, ${votes})`;
          sortOf.set(id, sort);
        }
      }
      const times = Object.fromEntries(Object.keys(sorts).map((sort) => [sort, 0]));
      for (let seed = 0; seed < 200; seed++) {
        for (const id of ids(await list(`city=${city}&sort=random&seed=${seed}&limit=5`))) {
          const sort = sortOf.get(id) ?? '';
          times[sort] = (times[sort] ?? 0) + 1;
        }
      }
      return times;
    }

    test('shows videos with few votes more often at the front', async () => {
      const old = { published_at: days(10) };
      const sorts = { none: { votes: 0, ...old }, few: { votes: 9, ...old }, many: { votes: 1000, ...old } };
      const { none = 0, few = 0, many = 0 } = await atTheFront('yopal', sorts);
      expect(none + few + many).toBe(1000);
      expect(none / many).toBeGreaterThan(4);
      expect(none / few).toBeGreaterThan(1.4);
      expect(few / many).toBeGreaterThan(2);
      expect(many).toBeGreaterThan(20);
    });

    test('shows new videos a little more often', async () => {
      const sorts = { fresh: { votes: 5, published_at: days(0) }, old: { votes: 5, published_at: days(3) } };
      const { fresh = 0, old = 0 } = await atTheFront('guapi', sorts);
      expect(fresh / old).toBeGreaterThan(1.4);
      expect(fresh / old).toBeLessThan(2.6);
    });

    test('shows each once on its pages, while votes come in that take none a step further', async () => {
      const player = await videos.players.signUp();
      for (let n = 0; n < 23; n++) {
        const id = await create(player, { city: 'Inirida' });
        await videos.database.admin`insert into votes.tallies (video_id, votes) values (${id}, 10)`;
      }
      const seen: string[] = [];
      for (let page = 1; page <= 5; page++) {
        seen.push(...ids(await list(`city=inirida&sort=random&seed=tres&limit=5&page=${page}`)));
        await videos.database.admin`
          update votes.tallies set votes = votes + 15 where video_id = any(${seen}::uuid[])`;
      }
      expect([seen.length, new Set(seen).size]).toEqual([23, 23]);
    });
  });

  test.each([
    ['bogota', 1],
    ['BOGOTÁ', 1],
    ['Bogotá D.C.', 1],
    ['Bogo', 0],
    ['%', 0],
    ['_ogota', 0],
  ])('finds the city %s in %i', async (city, count) => {
    const player = await videos.players.signUp();
    await videos.database.admin`delete from videos.videos where city_key like 'bogota%'`;
    await create(player, { city: 'Bogotá D.C.' });
    expect(await list(`city=${encodeURIComponent(city)}`)).toHaveLength(count);
  });

  test('searches titles and players without case and accents, and % and _ are letters', async () => {
    const player = await videos.players.signUp({ first_name: 'Íngrid', last_name: 'Peña' });
    const video = await create(player, { city: 'Yopal', title: 'Canción del tablero' });
    for (const q of ['cancion', 'TABLERO', 'ingrid', 'pena'])
      expect(ids(await list(`q=${q}&city=yopal`))).toEqual([video]);
    for (const q of ['%', '_', 'cancion_del']) {
      expect(ids(await list(`q=${encodeURIComponent(q)}&city=yopal`))).toEqual(
        q === 'cancion_del' ? [video] : [],
      );
    }
  });

  test.each([
    'page=0',
    'page=2.5',
    'page=1e3',
    'limit=0',
    'limit=1000',
    'sort=best',
    'sort=random',
    'city=',
    'q=%00',
  ])('refuses %s', async (query) => {
    const answer = await get(`/api/public/videos?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_input' });
  });
});

describe('a page that many ask for', () => {
  test('is read once, kept for a moment, and read anew then', async () => {
    const app = videos.appWith({ catalogueKeptMs: 400 });
    const ask = async (query = '') => {
      const answer = await app.request(`/api/public/videos?city=mitu${query}`);
      return { total: answer.headers.get('x-total-count'), ids: ids((await answer.json()) as Listed[]) };
    };
    const player = await videos.players.signUp();
    const first = await create(player, { city: 'Mitú', published_at: new Date(2026, 1, 1) });
    videos.queries.length = 0;
    const lists = () => videos.queries.filter((query) => query.includes('with listed')).length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ total: '1', ids: [first] })]),
    );
    expect(lists()).toBe(1);
    const second = await create(player, { city: 'Mitú', published_at: new Date(2026, 1, 2) });
    expect((await ask()).ids).toEqual([first]);
    expect((await ask('&sort=recent')).ids).toEqual([second, first]);
    await vi.waitFor(async () => expect((await ask()).ids).toEqual([first, second]), 1000);
  });

  test('is answered, however many others are asked for meanwhile', async () => {
    const app = videos.appWith({ catalogueKeptMs: 400 });
    const statuses = await Promise.all(
      Array.from({ length: 600 }, async (_, n) => {
        const answer = await app.request(`/api/public/videos?city=carmelo&sort=random&seed=${n}`);
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('is asked for again after a failure', async () => {
    const sql = videos.database.connect('anb_videos');
    const app = videos.appWith({ sql, catalogueKeptMs: 60_000 });
    await videos.database.admin`revoke select on votes.tally from anb_videos`;
    expect((await app.request('/api/public/videos?city=inirida')).status).toBe(500);
    await videos.database.admin`grant select on votes.tally to anb_videos`;
    expect((await app.request('/api/public/videos?city=inirida')).status).toBe(200);
  });
});

describe('with 500 videos stored', () => {
  test('a page is one query, no signature and no call to the object store', async () => {
    const player = await videos.players.signUp();
    for (let n = 0; n < 500; n++) await create(player, { city: 'Neiva' });
    let calls = 0;
    const store = createServer((socket) => {
      calls++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    const address = store.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const objects = new ObjectStore({
      bucket: 'b',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
    });
    const signed = vi.spyOn(objects, 'signedUrl');
    const queries: string[] = [];
    const app = createApp({
      ...{ queue: videos.queue, deadLetters: undefined, progress: videos.progress },
      sql: videos.database.connect('anb_videos', (query) => queries.push(query)),
      log: keptLog('videos'),
      registry: new Registry(),
      objects,
      verify: async () => ({ userId: player.id, sessionId: 's', role: 'player' }),
      wakeOutbox: () => {},
      mediaBaseUrl: MEDIA,
      maxUploadBytes: 1,
      maxDirectUploadBytes: 1,
      quota: QUOTA,
    });
    const authorization = 'Bearer any';
    await app.request('/api/public/videos'); // opens the connection
    for (const path of ['/api/public/videos?city=neiva&limit=100&page=2', '/api/videos']) {
      queries.length = 0;
      const answer = await app.request(path, { headers: { authorization } });
      expect(await answer.json()).toHaveLength(path.startsWith('/api/videos') ? 500 : 100);
      expect(queries).toHaveLength(1);
    }
    expect(signed).not.toHaveBeenCalled();
    expect(calls).toBe(0);
    store.close();
  });
});

describe('one open video', () => {
  test.each([
    ['unknown', async () => randomUUID(), 404],
    ['private', async (player: Player) => create(player, { is_public: false }), 404],
    ['malformed', async () => '7', 400],
  ])('that is %s is refused', async (_what, make, status) => {
    const id = await make(await videos.players.signUp());
    expect((await get(`/api/public/videos/${id}`)).status).toBe(status);
  });
});

describe('a video of mine', () => {
  test('has signed addresses in its detail, and the list has none', async () => {
    const player = await videos.players.signUp();
    const id = await create(player, { is_public: false });
    const detail = (await (await get(`/api/videos/${id}`, player)).json()) as Record<string, string>;
    for (const field of ['original_url', 'processed_url', 'poster_url'])
      expect(detail[field]).toContain('X-Amz-Signature=');
    const [listed] = (await (await get('/api/videos', player)).json()) as Record<string, string>[];
    expect(listed).toMatchObject({ video_id: id, original_filename: 'clip.mp4' });
    expect(listed).not.toHaveProperty('original_url');
    expect(listed).not.toHaveProperty('processed_url');
  });

  test('that failed says why, in words for its player', async () => {
    const player = await videos.players.signUp();
    const id = await create(player, { status: 'failed' });
    expect(await (await get(`/api/videos/${id}`, player)).json()).toMatchObject({
      status: 'failed',
      failure_code: 'unreadable',
      failure_reason: expect.stringContaining('dañado'),
    });
  });

  test.each(['GET', 'PATCH', 'DELETE'])(
    '%s is refused to others, for unknown ids, malformed ids, and without a token',
    async (method) => {
      const [owner, other] = [await videos.players.signUp(), await videos.players.signUp()];
      const id = await create(owner, { is_public: false });
      const body = method === 'PATCH' ? { title: 'Otro título' } : undefined;
      const answers = await Promise.all([
        change(method, id, other, body),
        change(method, randomUUID(), owner, body),
        change(method, 'abc', owner, body),
        change(method, await create(owner, { deleted: true }), owner, body),
        change(method, id, { ...owner, authorization: 'Bearer a.b.c' }, body),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 404, 400, 404, 401]);
      expect(await answers[0]?.json()).toMatchObject({ code: 'not_your_video' });
      expect(await answers[1]?.json()).toMatchObject({ code: 'video_not_found' });
    },
  );

  test('opens for voting when it becomes public, in the city of that moment, which then stays', async () => {
    const player = await videos.players.signUp({ city: 'Ipiales' });
    const id = await create(player, { is_public: false, city: 'Ipiales' });
    await videos.database.admin`update videos.videos set city = null, city_key = null where id = ${id}`;
    expect(await (await change('PATCH', id, player, { is_public: true })).json()).toMatchObject({
      is_public: true,
    });
    const first = await videos.database.admin`select city, published_at from videos.videos where id = ${id}`;
    expect(first[0]?.city).toBe('Ipiales');
    await videos.database
      .admin`update auth.users set city = 'Cali', city_key = 'cali' where id = ${player.id}`;
    await change('PATCH', id, player, { is_public: false });
    await change('PATCH', id, player, { is_public: true });
    expect(
      await videos.database.admin`select city, published_at from videos.videos where id = ${id}`,
    ).toEqual(first);
  });

  test('takes a new title and is found by it', async () => {
    const player = await videos.players.signUp();
    const id = await create(player, { city: 'Pasto' });
    expect((await change('PATCH', id, player, { title: 'Ñandú volador' })).status).toBe(200);
    expect(ids(await list('q=nandu'))).toEqual([id]);
  });

  test.each([{ title: 'cuat' }, { title: 7 }, { is_public: 'true' }])(
    'refuses the change %j',
    async (body) => {
      const player = await videos.players.signUp();
      const answer = await change('PATCH', await create(player), player, body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'invalid_input' });
    },
  );

  test('is not deleted while it is open for voting', async () => {
    const player = await videos.players.signUp();
    const id = await create(player);
    const refused = await change('DELETE', id, player);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'open_for_voting' });
    await change('PATCH', id, player, { is_public: false });
    const answer = await change('DELETE', id, player);
    expect(await answer.json()).toEqual({
      message: 'El video ha sido eliminado exitosamente.',
      video_id: id,
    });
    expect(
      await videos.database
        .admin`select title, original_filename, user_id from videos.videos where id = ${id}`,
    ).toEqual([{ title: null, original_filename: null, user_id: player.id }]);
  });
});

describe('media', () => {
  const media = async (id: string, file = 'clip.mp4') => {
    const [row] = await videos.database.admin`select media_version from videos.videos where id = ${id}`;
    return get(`/media/${id}/${row?.media_version}/${file}`);
  };

  test('of a published video lead to a signed address, the same each time', async () => {
    const id = await create(await videos.players.signUp());
    const [first, second] = [await media(id), await media(id)];
    expect(first.status).toBe(302);
    expect(first.headers.get('location')).toMatch(new RegExp(`/media/${id}/.*clip.mp4.*X-Amz-Signature=`));
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    for (const file of ['poster.jpg', 'thumbnail.jpg']) expect((await media(id, file)).status).toBe(302);
  });

  test('are gone as soon as the video is private', async () => {
    const player = await videos.players.signUp();
    const id = await create(player);
    expect((await media(id)).status).toBe(302);
    await change('PATCH', id, player, { is_public: false });
    const answer = await media(id);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'media_not_found' });
  });

  test.each(['original', '../originals', 'clip.mp4%00'])('hold no file %s', async (file) => {
    const id = await create(await videos.players.signUp());
    expect((await media(id, file)).status).toBeGreaterThanOrEqual(400);
  });
});
