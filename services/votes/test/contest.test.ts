import { createVideo, type Player } from '@anb/testing/players';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { keysOf } from '../src/cities.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let database: typeof votes.database;
let players: typeof votes.players;
let app: typeof votes.app;
let organiser: Player;

beforeAll(async () => {
  votes = await openVotes();
  ({ database, players, app } = votes);
  organiser = await players.signUp({ role: 'organiser' });
});
afterAll(() => votes.close());

const send = (who: Player | null, body: unknown, method = 'PUT') =>
  app.request('/api/admin/contest', {
    method,
    headers: { 'content-type': 'application/json', ...(who && { authorization: who.authorization }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever was said; tests compare it
const put = async (body: unknown): Promise<{ status: number; body: any }> => {
  const answer = await send(organiser, body);
  return { status: answer.status, body: await answer.json() };
};
const traces = () => database.admin`select user_id, action, detail from votes.audit order by id`;
const shown = async () => (await app.request('/api/public/contest')).json();

describe('PUT /api/admin/contest', () => {
  test('changes what is named, leaves the rest, and notes what was before', async () => {
    const before = (await put({})).body;
    expect(before).toMatchObject({ edition: '2026', closes_at: null, review_before_publication: false });
    expect(before.cities).toHaveLength(9);
    expect(await traces()).toEqual([]);

    const change = {
      ...{ name: 'Estrellas 2027', edition: '2027', opens_at: '2027-01-01T00:00:00-05:00' },
      ...{
        closes_at: '2027-03-01T00:00:00Z',
        finalists_per_city: 3,
        vote_goal: 500,
        review_before_publication: true,
      },
    };
    const { status, body } = await put(change);
    expect(status).toBe(200);
    const after = { ...change, opens_at: '2027-01-01T05:00:00.000Z', closes_at: '2027-03-01T00:00:00.000Z' };
    expect(body).toEqual({ ...before, ...after, open: false });
    expect(await (await send(organiser, undefined, 'GET')).json()).toEqual(body);
    const { cities: _, open: _open, ...was } = before;
    expect(await traces()).toEqual([
      { user_id: organiser.id, action: 'change_contest', detail: { before: was, after } },
    ]);

    const { review_before_publication: _review, cities: _cities, ...told } = body;
    await vi.waitFor(async () => expect(await shown()).toEqual({ ...told, result_frozen_at: null }), 3000);
    const [published] = await database.connect('anb_videos')`select * from votes.contest_rules`;
    expect(published).toEqual({ review_before_publication: true });

    expect((await put({ closes_at: null, opens_at: '2026-01-01T00:00:00Z' })).body).toMatchObject({
      closes_at: null,
      open: true,
      edition: '2027',
    });
  });

  test('refuses a window that ends before it begins, whichever of the two is named', async () => {
    await put({ opens_at: '2026-05-01T00:00:00Z', closes_at: '2027-05-02T00:00:00Z' });
    for (const change of [
      { closes_at: '2026-05-01T00:00:00Z' },
      { opens_at: '2027-05-03T00:00:00Z' },
      { opens_at: '2026-06-01T00:00:00Z', closes_at: '2026-05-01T00:00:00Z' },
    ]) {
      expect(await put(change)).toMatchObject({ status: 400, body: { code: 'closes_before_opens' } });
    }
    expect((await put({})).body).toMatchObject({ closes_at: '2027-05-02T00:00:00.000Z' });
  });

  test('of two changes at once that contradict each other one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      await put({ opens_at: '2026-01-01T00:00:00Z', closes_at: '2028-01-01T00:00:00Z' });
      const answers = await Promise.all([
        put({ opens_at: '2027-06-01T00:00:00Z' }),
        put({ closes_at: '2027-05-01T00:00:00Z' }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
  });

  test('replaces the cities; who can qualify follows', async () => {
    const player = await players.signUp({ city: 'San Juan de Pasto' });
    const video = await createVideo(database.admin, player.id, { city: 'San Juan de Pasto' });
    const { status, body } = await put({
      cities: [
        { name: 'Pasto', aliases: ['San Juan de Pasto', 'PASTO'] },
        { name: 'Bogotá', aliases: [] },
      ],
    });
    expect([status, body.cities]).toEqual([
      200,
      [
        { name: 'Bogotá', aliases: [] },
        { name: 'Pasto', aliases: ['san juan de pasto'] },
      ],
    ]);
    await vi.waitFor(async () => {
      const rows = await (await app.request('/api/public/rankings?city=pasto')).json();
      expect(rows).toMatchObject([{ video_id: video, city: 'Pasto', qualifies: true }]);
    }, 3000);
    expect((await put({ cities: body.cities })).body.cities).toEqual(body.cities);
    expect((await traces()).at(-1)?.detail.before.cities).toHaveLength(9);
  });

  const cities = (...names: [string, ...string[]][]) => ({
    cities: names.map(([name, ...aliases]) => ({ name, aliases })),
  });
  test.each<[string, unknown, RegExp]>([
    ['one way to write two cities', cities(['Cali'], ['Palmira', 'CALÍ']), /Cali and Palmira/],
    ['a city twice', cities(['Cali'], ['cali']), /Cali and cali/],
    ['no city', cities(), /cities must have at least 1 entry/],
    ['a city without a name', { cities: [{ aliases: [] }] }, /cities.0.name is required/],
    ['no finalists', { finalists_per_city: 0 }, /at least 1/],
    ['half a finalist', { finalists_per_city: 1.5 }, /whole number/],
    ['a goal beyond counting', { vote_goal: 1e12 }, /at most/],
    ['a time that is none', { opens_at: 'mañana' }, /opens_at must be a time with its offset, such as 2026/],
    ['a time of no place', { opens_at: '2026-06-01T08:00:00' }, /must be a time with its offset/],
    ['a day that is none', { opens_at: '2026-02-30T00:00:00Z' }, /must be a time with its offset/],
    ['the year nought', { opens_at: '0000-01-01T00:00:00Z' }, /opens_at must be a time of this century/],
    ['no beginning', { opens_at: null }, /opens_at must be/],
    ['a text for a switch', { review_before_publication: 'true' }, /true or false/],
  ])('refuses %s', async (_what, change, error) => {
    const before = (await put({})).body;
    const { status, body } = await put(change);
    expect([status, body.code]).toEqual([400, 'invalid_input']);
    expect(body.error).toMatch(error);
    expect((await put({})).body).toEqual(before);
  });

  test.each(['GET', 'PUT'])('%s is for organisers alone', async (method) => {
    const body = method === 'PUT' ? {} : undefined;
    expect((await send(null, body, method)).status).toBe(401);
    const answer = await send(await players.signUp(), body, method);
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'organisers_only' }]);
  });

  test('its traces stay as they are', async () => {
    const sql = database.connect('anb_votes');
    for (const statement of ["update votes.audit set action = ''", 'delete from votes.audit']) {
      await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

test('every way to write a city is a key once', () => {
  expect(keysOf([{ name: 'Bogotá', aliases: ['Bogotá D.C.', 'BOGOTA', 'bogota'] }])).toEqual([
    { key: 'bogota', city: 'Bogotá' },
    { key: 'bogota dc', city: 'Bogotá' },
  ]);
});
