import { randomUUID } from 'node:crypto';
import { createVideo } from '@anb/testing/players';
import { Random } from '@anb/testing/random';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Place, VideoPlace } from '../src/places.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let admin: typeof votes.database.admin;

beforeAll(async () => {
  votes = await openVotes();
  admin = votes.database.admin;
});
afterAll(() => votes.close());

const ask = (videoId: string) => votes.app.request(`/api/public/rankings/videos/${videoId}`);
const placeOf = async (videoId: string) => (await (await ask(videoId)).json()) as VideoPlace;
const create = async (city = 'Bogotá', is_public = true) =>
  createVideo(admin, (await votes.players.signUp({ city })).id, { city, is_public });
/** Within the second that a change has. */
const within = (expectation: () => Promise<void>) => vi.waitFor(expectation, { timeout: 1000, interval: 20 });
/** What was committed before is in the ranking when a later video is. */
const untilFollowed = async () => {
  const last = await create('Mitú');
  await within(async () => expect((await ask(last)).status).toBe(200));
};

describe('the place of every video is the one on the pages of the ranking', () => {
  const cities = ['Bogotá', 'BOGOTA D.C.', 'Cali', 'Tunja', 'San Gil', 'san gil', 'Contest: Cali', '🏀 🏀'];
  const random = new Random(11, 'places');
  const below = (limit: number) => Math.floor(random.next() * limit);
  const videos: string[] = [];

  beforeAll(async () => {
    const players = await Promise.all(Array.from({ length: 20 }, () => votes.players.signUp()));
    for (let n = 0; n < 120; n++) {
      const [city, published_at] = [random.pick(cities), new Date(2026, 5, below(3) + 1)];
      const video = await createVideo(admin, random.pick(players).id, { city, published_at });
      await admin`insert into votes.tallies values (${video}, ${below(4)})`;
      videos.push(video);
    }
  });

  interface Row extends Omit<VideoPlace, 'national' | 'in_city'> {
    position: number;
  }
  const pages = async (city = '') => {
    const rows: Row[] = [];
    for (let page = 1; ; page++) {
      const query = new URLSearchParams({ ...(city && { city }), page: String(page), limit: '7' });
      const answer = await votes.app.request(`/api/public/rankings?${query}`);
      const some = (await answer.json()) as Row[];
      rows.push(...some);
      if (some.length === 0) return { rows, total: Number(answer.headers.get('x-total-count')) };
    }
  };

  /** By video, as whoever reads all pages of the country and of every city would have it. */
  async function readAll(): Promise<Map<string, VideoPlace>> {
    const { rows, total } = await pages();
    const inCity = new Map<string, Place>();
    for (const city of new Set(rows.map((row) => row.city))) {
      const ofCity = await pages(city);
      for (const { video_id, position } of ofCity.rows)
        inCity.set(video_id, { position, videos: ofCity.total });
    }
    return new Map(
      rows.map(({ video_id, city, votes, qualifies, position }) => [
        video_id,
        {
          ...{ video_id, city, votes, qualifies, national: { position, videos: total } },
          in_city: inCity.get(video_id) as Place,
        },
      ]),
    );
  }

  test.each([1, 2, 3])('in round %i of changes', async () => {
    for (const video of videos) {
      if (random.next() < 0.1)
        await admin`update votes.tallies set votes = ${below(4)} where video_id = ${video}`;
      if (random.next() < 0.1)
        await admin`update videos.videos set hidden_at = ${random.pick([null, new Date()])} where id = ${video}`;
    }
    await untilFollowed();
    const expected = await readAll();
    expect(expected.size).toBeGreaterThan(80);
    for (const place of expected.values()) expect(await placeOf(place.video_id)).toEqual(place);
    const gone = videos.filter((video) => !expected.has(video));
    expect(gone).not.toEqual([]);
    for (const video of gone) expect((await ask(video)).status).toBe(404);
  });
});

test('a vote moves its video within a second of its answer, and hiding takes it out', async () => {
  const [first, second] = [await create('Leticia'), await create('Leticia')];
  await within(async () =>
    expect(await placeOf(second)).toMatchObject({ votes: 0, in_city: { position: 2, videos: 2 } }),
  );
  const { authorization } = await votes.players.signUp();
  const voted = await votes.app.request(`/api/public/videos/${second}/vote`, {
    method: 'POST',
    headers: { authorization },
  });
  expect(voted.status).toBe(200);
  await within(async () =>
    expect(await placeOf(second)).toMatchObject({ votes: 1, in_city: { position: 1, videos: 2 } }),
  );
  await admin`update videos.videos set hidden_at = now() where id = ${second}`;
  await within(async () => expect((await ask(second)).status).toBe(404));
  expect(await placeOf(first)).toMatchObject({ in_city: { position: 1, videos: 1 } });
  await admin`update videos.videos set hidden_at = null where id = ${second}`;
  await within(async () =>
    expect(await placeOf(second)).toMatchObject({ votes: 1, in_city: { position: 1 } }),
  );
});

test('its city is the contest’s as soon as organisers take it in', async () => {
  const video = await create('Sogamoso');
  await untilFollowed();
  expect(await placeOf(video)).toMatchObject({ city: 'Sogamoso', qualifies: false });
  await admin`insert into votes.cities values ('Sogamoso (Boyacá)')`;
  await admin`insert into votes.city_keys values ('sogamoso', 'Sogamoso (Boyacá)')`;
  await within(async () =>
    expect(await placeOf(video)).toMatchObject({ city: 'Sogamoso (Boyacá)', qualifies: true }),
  );
});

test('an id is found however it is written', async () => {
  const video = await create();
  await untilFollowed();
  expect(await placeOf(video.toUpperCase())).toEqual(await placeOf(video));
});

test.each([
  ['an unknown video', () => randomUUID(), 404, 'video_not_found'],
  ['a private one', () => create('Cali', false), 404, 'video_not_found'],
  ['a malformed id', () => '42', 400, 'invalid_input'],
  ['an id with SQL in it', () => encodeURIComponent("x' or 1=1"), 400, 'invalid_input'],
])('%s has no place', async (_what, id, status, code) => {
  const video = await id();
  await untilFollowed();
  const answer = await ask(video);
  expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
});
