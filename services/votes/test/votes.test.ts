import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { Standings } from '../src/standings.ts';
import { VoteLimits } from '../src/vote-limits.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let database: typeof votes.database;
let players: typeof votes.players;
let app: typeof votes.app;
let dependencies: typeof votes.dependencies;

beforeAll(async () => {
  votes = await openVotes();
  ({ database, players, dependencies } = votes);
  const { sql, log } = votes;
  const limits = new VoteLimits({ sql, log, perMinute: { user: 240, address: 1200 } });
  app = createApp({ ...dependencies(), limits });
});
afterAll(() => votes.close());

interface Row {
  position: number;
  video_id: string;
  votes: number;
  city: string;
  qualifies: boolean;
}
const vote = (videoId: string, player: Player) =>
  app.request(`/api/public/videos/${videoId}/vote`, {
    method: 'POST',
    headers: { authorization: player.authorization },
  });
const ranking = async (query = '') =>
  (await (await app.request(`/api/public/rankings?${query}`)).json()) as Row[];
const votesOf = (videoId: string) =>
  database.admin`select voter_id from votes.votes where video_id = ${videoId}`;

describe('on an empty database', () => {
  test('every list is an empty array', async () => {
    expect(await ranking()).toEqual([]);
    expect(await ranking('city=Cali')).toEqual([]);
    expect(await (await app.request('/api/public/stats')).json()).toEqual({
      videos: 0,
      votes: 0,
      players: 0,
      cities: 0,
    });
    const player = await players.signUp();
    const own = await app.request('/api/user/votes', { headers: { authorization: player.authorization } });
    expect(await own.json()).toEqual([]);
  });

  test('the nine cities of the contest are there', async () => {
    const cities = (await (await app.request('/api/public/cities')).json()) as { contest: boolean }[];
    expect(cities).toHaveLength(9);
    expect(cities.every(({ contest }) => contest)).toBe(true);
  });

  test('the keys of the cities in the migration are those that texts are compared by', async () => {
    const rows = await database.admin<{ key: string; city: string }[]>`select key, city from votes.city_keys`;
    for (const { key } of rows) expect(comparisonKey(key)).toBe(key);
    for (const city of new Set(rows.map(({ city }) => city))) {
      expect(rows).toContainEqual({ key: comparisonKey(city), city });
    }
  });

  test('the contest is open until an organiser sets its end', async () => {
    expect(await (await app.request('/api/public/contest')).json()).toMatchObject({
      name: 'ANB Rising Stars Showcase',
      closes_at: null,
      open: true,
      finalists_per_city: 2,
      vote_goal: 3000,
    });
  });
});

describe('a vote', () => {
  test('counts, and is among my votes', async () => {
    const [owner, voter] = [await players.signUp(), await players.signUp()];
    const video = await createVideo(database.admin, owner.id);
    const answer = await vote(video, voter);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ message: 'Voto registrado exitosamente.', votes: 1 });
    expect(await (await vote(video, await players.signUp())).json()).toMatchObject({ votes: 2 });
    const own = await app.request('/api/user/votes', { headers: { authorization: voter.authorization } });
    expect(await own.json()).toEqual([video]);
  });

  test('while the tallies are locked is put off, and counts once it is tried again', async () => {
    const [owner, voter] = [await players.signUp(), await players.signUp()];
    const video = await createVideo(database.admin, owner.id);
    await database.admin.begin(async (transaction) => {
      await transaction`lock table votes.tallies in exclusive mode`;
      const answer = await vote(video, voter);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    });
    expect(await (await vote(video, voter)).json()).toMatchObject({ votes: 1 });
  });

  test('counts once for an e-mail, also when its account was deleted and is another now', async () => {
    const [voter, again, other] = await Promise.all([players.signUp(), players.signUp(), players.signUp()]);
    const create = async () => createVideo(database.admin, (await players.signUp()).id);
    const video = await create();
    expect((await vote(video, voter)).status).toBe(200);
    const email = 'La.Misma@example.com';
    await database.admin`update auth.users set email = ${email} where id = ${again.id}`;
    await database.admin`
      insert into auth.former_accounts (user_id, email_hash) values (${voter.id}, sha256(convert_to(lower(${email}), 'UTF8')))`;
    const answer = await vote(video, again);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'already_voted' }]);
    expect((await vote(video, other)).status).toBe(200);
    expect((await vote(await create(), again)).status).toBe(200);
  });

  test('does not count of an account that is deleted, whose token holds for a moment yet', async () => {
    const [owner, voter] = [await players.signUp(), await players.signUp()];
    const video = await createVideo(database.admin, owner.id);
    await database.admin`update auth.users set email = null, deleted_at = now() where id = ${voter.id}`;
    const answer = await vote(video, voter);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthorized' }]);
    expect(await (await vote(video, await players.signUp())).json()).toMatchObject({ votes: 1 });
  });

  test('counts for the limit of its address only once it is recorded', async () => {
    const options = dependencies();
    const limits = new VoteLimits({
      sql: options.sql,
      log: options.log,
      perMinute: { user: 50, address: 3 },
    });
    const school = createApp({ ...options, limits });
    const [video, voters] = [
      await createVideo(database.admin, (await players.signUp()).id),
      await Promise.all(Array.from({ length: 4 }, () => players.signUp())),
    ];
    const voteAt = async ({ authorization }: Player) =>
      (
        await school.request(`/api/public/videos/${video}/vote`, {
          method: 'POST',
          headers: { authorization },
        })
      ).status;
    const again = (voter: Player) => Array.from({ length: 10 }, () => voteAt(voter));
    const [first, ...others] = voters as [Player, ...Player[]];
    expect(await voteAt(first)).toBe(200);
    expect(new Set(await Promise.all(again(first)))).toEqual(new Set([400]));
    expect(await Promise.all(others.slice(0, 2).map(voteAt))).toEqual([200, 200]);
    expect(await voteAt(others[2] as Player)).toBe(429);
  });

  test('counts once of a hundred at the same time by one user', async () => {
    const [owner, voter] = [await players.signUp(), await players.signUp()];
    const video = await createVideo(database.admin, owner.id);
    const answers = await Promise.all(Array.from({ length: 100 }, () => vote(video, voter)));
    const refused = answers.filter(({ status }) => status === 400);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused).toHaveLength(99);
    for (const answer of refused) {
      expect(await answer.json()).toMatchObject({
        code: 'already_voted',
        error: 'Ya has votado por este video.',
      });
    }
    expect(await votesOf(video)).toHaveLength(1);
    expect(await database.admin`select votes from votes.tallies where video_id = ${video}`).toEqual([
      { votes: 1 },
    ]);
  });

  test('of a hundred users at once makes a hundred', async () => {
    const owner = await players.signUp();
    const video = await createVideo(database.admin, owner.id);
    const voters = await Promise.all(Array.from({ length: 100 }, () => players.signUp()));
    const answers = await Promise.all(voters.map((voter) => vote(video, voter)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await database.admin`select votes from votes.tallies where video_id = ${video}`).toEqual([
      { votes: 100 },
    ]);
  });

  test.each([
    ['open', {}],
    ['private', { is_public: false }],
    ['in work', { status: 'processing' as const }],
    ['failed', { status: 'failed' as const }],
    ['deleted', { deleted: true }],
  ])('for a video of my own that is %s is refused as my own', async (_state, details) => {
    const owner = await players.signUp();
    const answer = await vote(await createVideo(database.admin, owner.id, details), owner);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'own_video' });
  });

  test.each([
    ['private', { is_public: false }],
    ['in work', { status: 'processing' as const }],
    ['deleted', { deleted: true }],
  ])('for a video that is %s finds nothing', async (_state, details) => {
    const owner = await players.signUp();
    const video = await createVideo(database.admin, owner.id, details);
    const answer = await vote(video, await players.signUp());
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'video_not_found', error: 'Video no encontrado.' });
    expect(await votesOf(video)).toHaveLength(0);
  });

  test.each([
    ['an unknown video', () => randomUUID(), 404, 'video_not_found'],
    ['a malformed id', () => '42', 400, 'invalid_input'],
    ['an id with SQL in it', () => encodeURIComponent("x' or 1=1"), 400, 'invalid_input'],
  ])('for %s is refused', async (_what, id, status, code) => {
    const answer = await vote(id(), await players.signUp());
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });

  test('needs a token', async () => {
    const answer = await app.request(`/api/public/videos/${randomUUID()}/vote`, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  });

  test('needs a verified e-mail where that is asked for, and says so after what is wrong with the video', async () => {
    const strict = createApp(dependencies({ needsVerifiedEmail: true }));
    const cast = async (videoId: string, { authorization }: Player) => {
      const path = `/api/public/videos/${videoId}/vote`;
      const answer = await strict.request(path, { method: 'POST', headers: { authorization } });
      return { status: answer.status, ...((await answer.json()) as { code?: string; votes?: number }) };
    };
    const [owner, voter] = [await players.signUp(), await players.signUp()];
    const video = await createVideo(database.admin, owner.id);
    expect(await cast(video, voter)).toMatchObject({ status: 400, code: 'email_unverified' });
    expect(await votesOf(video)).toHaveLength(0);
    expect(await cast(video, owner)).toMatchObject({ status: 400, code: 'own_video' });
    expect(await cast(randomUUID(), voter)).toMatchObject({ status: 404, code: 'video_not_found' });
    await database.admin`update auth.users set email_verified = true where id = ${voter.id}`;
    expect(await cast(video, voter)).toMatchObject({ status: 200, votes: 1 });
    expect(await cast(video, voter)).toMatchObject({ status: 400, code: 'already_voted' });
  });

  test.each([
    ['before the window', "now() + interval '1 hour'", 'null'],
    ['after the window', "now() - interval '2 hours'", "now() - interval '1 hour'"],
  ])('%s is refused and not counted', async (_when, opens, closes) => {
    const owner = await players.signUp();
    const video = await createVideo(database.admin, owner.id);
    const [before] = await database.admin`select opens_at, closes_at from votes.contest`;
    await database.admin.unsafe(`update votes.contest set opens_at = ${opens}, closes_at = ${closes}`);
    const answer = await vote(video, await players.signUp());
    await database.admin`update votes.contest set ${database.admin(before ?? {})}`;
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'voting_closed' });
    expect(await votesOf(video)).toHaveLength(0);
  });
});

describe('the ranking', () => {
  test('holds a vote within a second of its answer, and videos without votes too', async () => {
    const owner = await players.signUp({ city: 'Leticia' });
    const [loved, new_] = [
      await createVideo(database.admin, owner.id, { city: 'Leticia' }),
      await createVideo(database.admin, owner.id, { city: 'Leticia' }),
    ];
    await vote(loved, await players.signUp());
    await vi.waitFor(
      async () =>
        expect(await ranking('city=leticia')).toMatchObject([
          { position: 1, video_id: loved, votes: 1, qualifies: false },
          { position: 2, video_id: new_, votes: 0, qualifies: false },
        ]),
      { timeout: 1000, interval: 50 },
    );
  });

  test('asks the database nothing', async () => {
    const queries: string[] = [];
    const sql = database.connect('anb_votes', (query) => queries.push(query));
    const video = await createVideo(database.admin, (await players.signUp()).id);
    const options = { sql, log: keptLog('votes'), registry: new Registry() };
    const still = new Standings(options);
    await still.start();
    await still.stop();
    const reader = createApp({ ...dependencies(), ...options, standings: still });
    queries.length = 0;
    const ofVideo = `rankings/videos/${video}`;
    for (const path of ['rankings', 'rankings?city=cali&page=2', ofVideo, 'cities', 'stats', 'contest']) {
      expect((await reader.request(`/api/public/${path}`)).status).toBe(200);
    }
    await sleep(50);
    expect(queries).toEqual([]);
  });

  test.each(['Bogotá', 'bogota', 'BOGOTÁ', 'Bogotá D.C.', 'bogota, d.c.'])(
    'finds the city %s',
    async (city) => {
      const owner = await players.signUp({ city: 'Bogota D.C.' });
      const video = await createVideo(database.admin, owner.id, { city: 'Bogota D.C.' });
      await vi.waitFor(async () => {
        const rows = await ranking(`city=${encodeURIComponent(city)}&limit=100`);
        expect(rows).toContainEqual(expect.objectContaining({ video_id: video, city: 'Bogotá' }));
      });
    },
  );

  test.each(['%', '_', '%25', 'Bog', 'ogot', "Bogotá' or '1'='1"])(
    'finds nothing for the city %s',
    async (city) => {
      const answer = await app.request(`/api/public/rankings?city=${encodeURIComponent(city)}`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual([]);
    },
  );

  test('pages without gap or repetition, and says how many there are', async () => {
    const owner = await players.signUp({ city: 'Quibdó' });
    for (let n = 0; n < 7; n++) {
      await createVideo(database.admin, owner.id, { city: 'Quibdó', published_at: new Date('2026-06-01') });
    }
    await vi.waitFor(async () => expect(await ranking('city=quibdo')).toHaveLength(7));
    const pages = await Promise.all([1, 2, 3, 4].map((page) => ranking(`city=quibdo&limit=3&page=${page}`)));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1, 0]);
    expect(pages.flat().map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(pages.flat().map(({ video_id }) => video_id)).size).toBe(7);
    const answer = await app.request('/api/public/rankings?city=quibdo&limit=3');
    expect(answer.headers.get('x-total-count')).toBe('7');
  });

  test('keeps no page for ever that was asked for once, also one without a row', () => {
    const snapshot = votes.standings.current;
    const beyond = (page: number) => votes.pages.page(snapshot, { page, limit: 100 });
    const first = beyond(900_000);
    expect(beyond(900_000)).toBe(first);
    for (let page = 900_001; page < 930_000; page++) beyond(page);
    expect(beyond(900_000)).not.toBe(first);
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('comes as %s to who takes it, under a weak tag', async (encoding, decompress) => {
    const city = randomUUID();
    await createVideo(database.admin, (await players.signUp()).id, { city });
    await vi.waitFor(async () => expect(await ranking(`city=${city}`)).toHaveLength(1));
    const ask = (accepted: string) =>
      app.request(`/api/public/rankings?city=${city}`, { headers: { 'accept-encoding': accepted } });
    const [plain, answer] = [await ask('identity'), await ask(encoding)];
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('etag')).toBe(`W/${plain.headers.get('etag')}`);
    for (const { headers } of [plain, answer]) expect(headers.get('vary')).toContain('Accept-Encoding');
    expect(decompress(await answer.arrayBuffer()).toString()).toBe(await plain.text());
    const page = votes.pages.page(votes.standings.current, { city, page: 1, limit: 50 });
    expect(page.encoded(encoding)).toBe(page.encoded(encoding));
  });

  test('answers 304 for what the caller has, and anew after a change', async () => {
    const owner = await players.signUp({ city: 'Mocoa' });
    const video = await createVideo(database.admin, owner.id, { city: 'Mocoa' });
    await vi.waitFor(async () => expect(await ranking('city=mocoa')).toHaveLength(1));
    const etag = (await app.request('/api/public/rankings?city=mocoa')).headers.get('etag') ?? '';
    const again = (tags = etag) =>
      app.request('/api/public/rankings?city=mocoa', { headers: { 'if-none-match': tags } });
    // As it was given, as a cache may have made it, among others, and whatever it is.
    for (const tags of [etag, `W/${etag}`, `"a,b" , W/${etag},"c"`, '*']) {
      expect((await again(tags)).status).toBe(304);
    }
    for (const tags of ['', '"*"', etag.replaceAll('"', ''), `"a", W/"b"`]) {
      expect((await again(tags)).status).toBe(200);
    }
    await vote(video, await players.signUp());
    await vi.waitFor(async () => expect((await again()).status).toBe(200));
  });

  test.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=abc',
    'page=99999999999999',
    'limit=0',
    'limit=101',
    'city=',
  ])('refuses %s', async (query) => {
    const answer = await app.request(`/api/public/rankings?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_input' });
  });
});
