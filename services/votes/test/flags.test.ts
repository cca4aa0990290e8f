import { randomUUID } from 'node:crypto';
import { openDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { keptLog } from '@anb/testing/logs';
import { createVideo, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { untilWaiting } from '@anb/testing/waiting';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FlagWatch } from '../src/flags.ts';
import { flagVotes, forgetAddresses, type Thresholds } from '../src/store/flags.ts';
import { previewVoiding, voidVotes as voidInStore } from '../src/store/voidings.ts';
import { createContest, type TestContest } from './organisers.ts';

let contest: TestContest;
let video: string;
let owner: Player;
beforeAll(async () => {
  contest = await createContest();
});
beforeEach(async () => {
  await contest.database.admin`truncate votes.flags, votes.votes, votes.tallies`;
  owner = await contest.players.signUp();
  video = await createVideo(contest.database.admin, owner.id);
});
afterAll(() => contest.close());

const thresholds: Thresholds = {
  ...{ windowMinutes: 15, networkVotes: 10, accountVotes: 10, accountPercent: 80, newbornMinutes: 30 },
};
const flag = (change: Partial<Thresholds> = {}) => flagVotes(contest.sql, { ...thresholds, ...change });

interface Crowd {
  count: number;
  network?: number;
  /** Of their accounts, when they vote. */
  ageMinutes?: number;
  verified?: boolean;
  minutesAgo?: number;
  of?: string;
}
/** So many accounts of their own, and a vote of each, a second apart. */
async function crowd(details: Crowd): Promise<number[]> {
  const { count, network, ageMinutes, verified, minutesAgo, of } = {
    ...{ network: null, ageMinutes: 10_000, verified: true, minutesAgo: 5, of: video },
    ...details,
  };
  const rows = await contest.database.admin<{ voter_id: number }[]>`
    with voter as (
      insert into auth.users (first_name, last_name, name_key, city, city_key, country, email, password_hash, email_verified, created_at)
      select '', '', '', '', '', '', gen_random_uuid() || '@example.com', '', ${verified},
        now() - make_interval(mins => ${minutesAgo + ageMinutes})
      from generate_series(1, ${count}::integer)
      returning id
    ), cast_vote as (
      insert into votes.votes (video_id, voter_id, network, cast_at)
      select ${of}, id, ${network},
        now() - make_interval(mins => ${minutesAgo}) + row_number() over () * interval '1 second'
      from voter
      returning voter_id
    ), tally as (
      insert into votes.tallies as t (video_id, votes)
      select ${of}, ${count}
      from (select count(*) from cast_vote) counted
      on conflict (video_id) do update set votes = t.votes + excluded.votes
    )
    select voter_id from cast_vote order by voter_id`;
  return rows.map(({ voter_id }) => voter_id);
}
const remove = (accounts: number[]) =>
  contest.database.admin`update auth.users set email = null, deleted_at = now() where id = any(${accounts})`;
const flags = (of = video) => contest.database.admin`
  select kind, network, votes, newborn, unverified, gone, of_votes from votes.flags where video_id = ${of} order by kind, network`;
const list = (query = '') => contest.ask('GET', `/api/admin/votes/flags?limit=100&${query}`);
// biome-ignore lint/suspicious/noExplicitAny: as the service answers it
const listed = async (query = ''): Promise<any> =>
  (await list(query)).body.find(({ video_id }: { video_id: string }) => video_id === video);
const voidVotes = (body: object) =>
  contest.ask('POST', '/api/admin/votes/void', { reason: 'Un computador', ...body });
const restore = (voiding_id: unknown) =>
  contest.ask('POST', '/api/admin/votes/restore', { voiding_id, reason: 'Era un colegio' });
const dismiss = (id: unknown) =>
  contest.ask('POST', `/api/admin/votes/flags/${id}/dismiss`, { reason: 'Era un colegio' });
const counted = async (of = video) => {
  const [row] = await contest.database.admin`
    select (select votes from votes.tallies where video_id = ${of}) as tally,
      (select count(*)::integer from votes.votes where video_id = ${of} and voided_at is null) as votes`;
  expect(row?.tally).toBe(row?.votes);
  return row?.votes;
};
const lastTrace = async () =>
  (await contest.database.admin`select user_id, action, detail from votes.audit order by id desc limit 1`)[0];

describe('a flag', () => {
  test('is raised by many votes from one address, and says what an organiser must know', async () => {
    await crowd({ count: 12, network: 7, ageMinutes: 5, verified: false });
    await crowd({ count: 3, network: 7 });
    await remove(await crowd({ count: 1, network: 7 }));
    await crowd({ count: 9, network: 8 });
    await crowd({ count: 30 });
    expect(await flag()).toBe(1);
    const expected = { votes: 16, newborn: 12, unverified: 12, gone: 1, of_votes: 55 };
    expect(await flags()).toEqual([{ kind: 'network', network: '7', ...expected }]);
    expect(await listed()).toEqual({
      flag_id: expect.any(Number),
      ...{
        video_id: video,
        title: 'Triple desde la esquina',
        user_first_name: 'Ana',
        user_last_name: 'Ríos',
      },
      ...{ kind: 'network', network: '7', first_at: expect.any(String), last_at: expect.any(String) },
      ...{ ...expected, video_votes: 55, state: 'open' },
    });
  });

  test.each<[string, Omit<Crowd, 'count'>]>([
    ['newborn', { ageMinutes: 20 }],
    ['unverified', { verified: false }],
  ])('is raised by votes of %s accounts when they are most of what the video gets', async (kind, sort) => {
    await crowd({ count: 10, ...sort });
    await crowd({ count: 3 });
    expect(await flag()).toBe(0);
    await crowd({ count: 4, ...sort });
    expect(await flag()).toBe(1);
    const [found] = await flags();
    expect(found).toMatchObject({ kind, network: null, votes: 14, [kind]: 14, of_votes: 17 });
  });

  test('is raised by votes of accounts that are gone before anybody looks, whatever they were', async () => {
    await remove(await crowd({ count: 14 }));
    await crowd({ count: 3 });
    expect(await flag()).toBe(2);
    const expected = { votes: 14, newborn: 0, unverified: 0, gone: 14, of_votes: 17 };
    expect(await flags()).toMatchObject([
      { kind: 'newborn', ...expected },
      { kind: 'unverified', ...expected },
    ]);
  });

  test('is not raised by votes spread over more than the window, nor by those before it', async () => {
    await crowd({ count: 9, network: 7, minutesAgo: 1 });
    await crowd({ count: 12, minutesAgo: 1 });
    await crowd({ count: 99, network: 7, minutesAgo: 20, verified: false, ageMinutes: 1 });
    await flag();
    expect(await flags()).toEqual([]);
    await flag({ windowMinutes: 30 });
    expect((await flags()).map(({ kind }) => kind)).toEqual(['network', 'newborn', 'unverified']);
  });

  test('is not raised by votes that do not count', async () => {
    await crowd({ count: 9, network: 7 });
    const voided = await crowd({ count: 5, network: 7 });
    await crowd({ count: 12 });
    await voidVotes({ video_id: video, voter_ids: voided });
    await flag();
    expect(await flags()).toEqual([]);
  });

  test('grows with what follows, and keeps its height when it calms down', async () => {
    await crowd({ count: 10, network: 7, minutesAgo: 14 });
    expect(await flag()).toBe(1);
    expect(await flag()).toBe(0);
    await crowd({ count: 5, network: 7, minutesAgo: 1 });
    expect(await flag()).toBe(0);
    expect(await flags()).toMatchObject([{ votes: 15, of_votes: 15 }]);
    await flag({ windowMinutes: 5, networkVotes: 2 });
    expect(await flags()).toMatchObject([{ votes: 15, of_votes: 15 }]);
    const { first_at, last_at } = await listed();
    expect((Date.parse(last_at) - Date.parse(first_at)) / 60_000).toBeGreaterThan(12);
  });

  test('is one, however many replicas look at once', async () => {
    await crowd({ count: 20, network: 7 });
    const raised = await Promise.all(Array.from({ length: 5 }, () => flag()));
    expect(raised.reduce((sum, count) => sum + count)).toBe(1);
    expect(await flags()).toHaveLength(1);
  });

  test('that was dismissed comes again only for votes after it', async () => {
    await crowd({ count: 12, network: 7 });
    await flag();
    const { flag_id } = await listed();
    expect(await dismiss(flag_id)).toEqual({ status: 200, body: { flag_id, state: 'settled' } });
    await flag();
    expect(await listed()).toBeUndefined();
    await contest.database
      .admin`update votes.flags set settled_at = now() - interval '16 minutes' where id = ${flag_id}`;
    await flag();
    expect(await listed()).toMatchObject({ votes: 12 });
  });

  test.each<[string, Omit<Crowd, 'count'>]>([
    ['network', { network: 7 }],
    ['newborn', { ageMinutes: 20 }],
  ])('of %s whose votes were voided comes again at once when more follow', async (_kind, sort) => {
    await crowd({ count: 12, ...sort });
    await flag();
    await voidVotes({ flag_id: (await listed()).flag_id });
    expect(await flag()).toBe(0);
    await crowd({ count: 11, ...sort, minutesAgo: 1 });
    expect(await flag()).toBe(1);
    expect(await listed()).toMatchObject({ votes: 11, of_votes: 11 });
  });

  test('is listed by state, page by page, the most votes first', async () => {
    for (const network of [1, 2, 3]) await crowd({ count: 10 + network, network });
    await flag();
    const pages = await Promise.all(
      [1, 2, 3].map((page) => contest.ask('GET', `/api/admin/votes/flags?limit=2&page=${page}`)),
    );
    expect(pages.flatMap(({ body }) => body.map(({ votes }: { votes: number }) => votes))).toEqual([
      13, 12, 11,
    ]);
    const answer = await contest.send('GET', '/api/admin/votes/flags?limit=1');
    expect(answer.headers.get('x-total-count')).toBe('3');
    await dismiss((await listed()).flag_id);
    expect((await list()).body).toHaveLength(2);
    expect((await list('state=settled')).body).toMatchObject([{ state: 'settled', votes: 13 }]);
  });

  test('is dismissed once, with a reason that stays', async () => {
    await crowd({ count: 12, network: 7 });
    await flag();
    const { flag_id } = await listed();
    await dismiss(flag_id);
    expect(await lastTrace()).toEqual({
      ...{ user_id: contest.organiser.id, action: 'dismiss_flag' },
      detail: { flag_id, video_id: video, reason: 'Era un colegio' },
    });
    expect(await counted()).toBe(12);
    expect(await dismiss(flag_id)).toMatchObject({ status: 400, body: { code: 'flag_settled' } });
    expect(await voidVotes({ flag_id })).toMatchObject({
      ...{ status: 400, body: { code: 'flag_settled', error: expect.stringContaining('by video_id') } },
    });
    expect(await dismiss(999_999)).toMatchObject({ status: 404, body: { code: 'flag_not_found' } });
  });
});

describe('voiding', () => {
  test('by a flag takes out what it is about, settles it, and is undone by its id', async () => {
    await crowd({ count: 12, network: 7 });
    await crowd({ count: 5, network: 8 });
    await flag();
    // Not of its time.
    await crowd({ count: 2, network: 7, minutesAgo: 60 });
    const { flag_id } = await listed();
    expect(await voidVotes({ flag_id, preview: true })).toEqual({
      status: 200,
      body: { voiding_id: null, video_id: video, votes: 12, is_complete: true },
    });
    expect(await counted()).toBe(19);
    const { status, body } = await voidVotes({ flag_id });
    const voiding_id = expect.any(Number);
    expect([status, body]).toEqual([200, { voiding_id, video_id: video, votes: 12, is_complete: true }]);
    expect(await counted()).toBe(7);
    expect(await listed('state=settled')).toMatchObject({
      flag_id,
      voiding_id: body.voiding_id,
      video_votes: 7,
    });
    const trace = { flag_id, video_id: video, votes: 12, reason: 'Un computador', voiding_id };
    expect(await lastTrace()).toMatchObject({ action: 'void_votes', detail: trace });

    expect(await restore(body.voiding_id)).toEqual({ status: 200, body });
    expect(await counted()).toBe(19);
    expect(await lastTrace()).toMatchObject({
      ...{ user_id: contest.organiser.id, action: 'restore_votes' },
      detail: { voiding_id: body.voiding_id, votes: 12, reason: 'Era un colegio' },
    });
    expect(await restore(body.voiding_id)).toMatchObject({ status: 400, body: { code: 'already_restored' } });
    expect(await restore(999_999)).toMatchObject({ status: 404, body: { code: 'voiding_not_found' } });
  });

  test.each(['newborn', 'unverified'] as const)(
    'by a flag of %s accounts takes out theirs alone',
    async (kind) => {
      await crowd({ count: 16, ...(kind === 'newborn' ? { ageMinutes: 10 } : { verified: false }) });
      await crowd({ count: 3 });
      await flag();
      expect((await voidVotes({ flag_id: (await listed()).flag_id })).body.votes).toBe(16);
      expect(await counted()).toBe(3);
    },
  );

  test.each(['newborn', 'unverified'] as const)(
    'by a flag of %s accounts takes out theirs though they are gone by then',
    async (kind) => {
      const accounts = await crowd({
        count: 16,
        ...(kind === 'newborn' ? { ageMinutes: 10 } : { verified: false }),
      });
      await crowd({ count: 3 });
      await flag();
      await remove(accounts);
      expect((await voidVotes({ flag_id: (await listed()).flag_id })).body.votes).toBe(16);
      expect(await counted()).toBe(3);
    },
  );

  test('by criteria takes out the votes of which all of them hold', async () => {
    const before = await crowd({ count: 4, network: 7, minutesAgo: 60 });
    await crowd({ count: 6, network: 7, minutesAgo: 30 });
    await crowd({ count: 5, network: 9, minutesAgo: 30 });
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const video_id = video;
    const half = { from: minutesAgo(31), to: minutesAgo(25) };
    for (const [criteria, votes] of [
      [{ network: '7' }, 10],
      [half, 11],
      [{ ...half, network: '9' }, 5],
      [{ voter_ids: before.slice(1) }, 3],
      [{ voter_ids: before, network: '9' }, 0],
      [{ network: '9223372036854775808' }, 0],
    ] as const) {
      expect(await voidVotes({ video_id, ...criteria, preview: true })).toMatchObject({ body: { votes } });
    }
    expect((await voidVotes({ video_id, network: '7', to: minutesAgo(31) })).body.votes).toBe(4);
    // What is voided is not voided again.
    expect((await voidVotes({ video_id, network: '7' })).body.votes).toBe(6);
    expect(await voidVotes({ video_id, network: '7' })).toMatchObject({
      status: 400,
      body: { code: 'nothing_to_void', error: expect.stringContaining('Dismiss') },
    });
    expect(await counted()).toBe(5);
  });

  test('leaves the voter with a vote that was cast, and the ranking without it within a second', async () => {
    const voter = await contest.players.signUp();
    const votes = async () => {
      const rows = await (await contest.app.request('/api/public/rankings?limit=100')).json();
      return (rows as { video_id: string; votes: number }[]).find(({ video_id }) => video_id === video)
        ?.votes;
    };
    expect((await contest.vote(video, voter)).status).toBe(200);
    await vi.waitFor(async () => expect(await votes()).toBe(1), 1000);
    expect((await voidVotes({ video_id: video, voter_ids: [voter.id] })).body.votes).toBe(1);
    await vi.waitFor(async () => expect(await votes()).toBe(0), { timeout: 1000, interval: 50 });
    expect(await contest.ask('POST', `/api/public/videos/${video}/vote`, undefined, voter)).toMatchObject({
      ...{ status: 400, body: { code: 'already_voted' } },
    });
    expect((await contest.ask('GET', '/api/user/votes', undefined, voter)).body).toEqual([video]);
  });

  test('of many votes goes by pieces, in one transaction', async () => {
    await crowd({ count: 12_345, network: 7 });
    const { body } = await voidVotes({ video_id: video, network: '7' });
    expect([body.votes, await counted()]).toEqual([12_345, 0]);
    expect((await restore(body.voiding_id)).body.votes).toBe(12_345);
    expect(await counted()).toBe(12_345);
  });

  test('is undone in the order of the keys too, however they were noted', async () => {
    const { admin } = contest.database;
    const ids = await crowd({ count: 5001, network: 7 });
    const { body } = await voidVotes({ video_id: video, network: '7' });
    await admin`
      update votes.voidings set voter_ids = (select array_agg(id order by id desc) from unnest(voter_ids) id)
      where id = ${body.voiding_id}`;
    let restoring: ReturnType<typeof restore> | undefined;
    await admin.begin(async (other) => {
      const hold = (voter = 0) =>
        other`select from votes.votes where video_id = ${video} and voter_id = ${voter} for update`;
      await hold(ids[0]);
      restoring = restore(body.voiding_id);
      await untilWaiting(admin, 1);
      await hold(ids.at(-1));
    });
    expect((await restoring)?.status).toBe(200);
    expect(await counted()).toBe(5001);
  });

  test('of more votes than one takes is done when it is asked for again; the flag is settled with the last', async () => {
    await crowd({ count: 25, network: 7 });
    await flag();
    const { flag_id } = await listed();
    const target = { flagId: flag_id, newbornMinutes: 30 };
    const some = () =>
      voidInStore(contest.sql, {
        target,
        reason: 'Un computador',
        organiserId: contest.organiser.id,
        most: 10,
      });
    const taken = [];
    for (const left of [15, 5, 0]) {
      taken.push(await some());
      expect(await counted()).toBe(left);
    }
    expect(taken).toMatchObject([
      { votes: 10, isComplete: false },
      { votes: 10, isComplete: false },
      { votes: 5, isComplete: true },
    ]);
    expect(await some()).toBe('flag_settled');
  });

  test('reads no more voters than it takes, and a preview none', async () => {
    await crowd({ count: 3000, network: 7 });
    const url = new URL(contest.database.url('anb_votes'));
    let bytes = 0;
    const proxy = await TcpProxy.start(Number(url.port), () => (way, chunk) => {
      if (way === 'answer') bytes += chunk.length;
      return true;
    });
    url.port = String(proxy.port);
    const sql = openDatabase({ url: url.href, max: 1, applicationName: 'test' });
    const target = { videoId: video, network: '7' };
    expect(await previewVoiding(sql, target)).toMatchObject({ votes: 3000 });
    const voiding = { target, reason: 'Un computador', organiserId: contest.organiser.id, most: 10 };
    expect(await voidInStore(sql, voiding)).toMatchObject({ votes: 10, isComplete: false });
    expect(bytes).toBeLessThan(10_000);
    await sql.end();
    await proxy.close();
  });

  test('beside votes, others’ voidings and restorations counts each vote once and waits for nobody for good', async () => {
    const other = await createVideo(contest.database.admin, owner.id);
    const ids = [...(await crowd({ count: 300, network: 7 })), ...(await crowd({ count: 300, network: 8 }))];
    await crowd({ count: 50, of: other });
    const voters = await Promise.all(Array.from({ length: 40 }, () => contest.players.signUp()));
    const voidings = await Promise.all([
      ...[{ network: '7' }, { network: '8' }, { voter_ids: ids }, { voter_ids: ids.toReversed() }].map(
        (criteria) => voidVotes({ video_id: video, ...criteria }),
      ),
      ...voters.flatMap((voter) => [video, other].map((each) => contest.vote(each, voter))),
    ]);
    expect(voidings.filter(({ status }) => status >= 500)).toEqual([]);
    expect([await counted(), await counted(other)]).toEqual([40, 90]);
    const made = voidings
      .slice(0, 4)
      .flatMap((answer) => ('body' in answer ? (answer.body?.voiding_id ?? []) : []));
    const restored = await Promise.all([...made, ...made].map(restore));
    expect(restored.map(({ status }) => status).sort()).toEqual([
      ...made.map(() => 200),
      ...made.map(() => 400),
    ]);
    expect(await counted()).toBe(640);
  });

  const sound = { video_id: randomUUID(), network: '7' };
  test.each<[string, object, RegExp]>([
    ['nothing', {}, /flag_id or video_id must be given/],
    ['both a flag and a video', { ...sound, flag_id: 1 }, /one of the two/],
    ['a flag with criteria', { flag_id: 1, network: '7' }, /flag_id must stand alone/],
    ['a whole video', { video_id: sound.video_id }, /to take out a whole video, hide it/],
    ['no reason', { ...sound, reason: undefined }, /reason is required/],
    ['an empty reason', { ...sound, reason: '   ' }, /reason must have at least 5/],
    ['a network that is none', { ...sound, network: '10.0.0.1' }, /network must be a number/],
    ['no voters', { ...sound, voter_ids: [] }, /voter_ids must have at least 1/],
    ['a time that is none', { ...sound, from: 'ayer' }, /from must be a time with its offset/],
    ['a preview that is none', { ...sound, preview: 'yes' }, /preview must be true or false/],
  ])('refuses %s', async (_what, body, error) => {
    const answer = await voidVotes(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(answer.body.error).toMatch(error);
  });

  test('of an unknown flag finds nothing', async () => {
    for (const preview of [true, false]) {
      expect(await voidVotes({ flag_id: 999_999, preview })).toMatchObject({
        ...{ status: 404, body: { code: 'flag_not_found' } },
      });
    }
  });
});

test.each([
  ['GET', '/api/admin/votes/flags'],
  ['POST', '/api/admin/votes/flags/1/dismiss'],
  ['POST', '/api/admin/votes/void'],
  ['POST', '/api/admin/votes/restore'],
])('%s %s is for organisers alone', async (method, path) => {
  const body = method === 'POST' ? {} : undefined;
  expect((await contest.send(method, path, body, null)).status).toBe(401);
  expect(await contest.ask(method, path, body, owner)).toMatchObject({
    ...{ status: 403, body: { code: 'organisers_only' } },
  });
});

test('the watch raises flags by itself, and shows how many wait, of each kind', async () => {
  await crowd({ count: 12, network: 7 });
  await flag();
  await crowd({ count: 12, network: 8 });
  const [registry, log] = [new Registry(), keptLog('votes')];
  const watch = new FlagWatch({ sql: contest.sql, log, registry, thresholds, everyMs: 20 });
  watch.start();
  await vi.waitFor(async () => expect(await flags()).toHaveLength(2), 3000);
  await watch.stop();
  expect(await registry.getSingleMetricAsString('anb_vote_flags_open')).toMatch(
    /\{kind="network"\} [12]\n.*\{kind="newborn"\} 0\n.*\{kind="unverified"\} 0$/,
  );
});

test('the watch looks at less when it can not look at all in time, and says so', {
  timeout: 30_000,
}, async () => {
  const windows: number[] = [];
  const write = (line: string) => windows.push(JSON.parse(line).window_minutes);
  const log = createLog('votes', 'warn', { write });
  const watch = new FlagWatch({ sql: contest.sql, log, registry: new Registry(), thresholds, everyMs: 20 });
  await crowd({ count: 12, network: 7, minutesAgo: 2 });
  await contest.database.admin.begin(async (slow) => {
    await slow`lock table votes.flags in access exclusive mode`;
    watch.start();
    await vi.waitFor(() => expect(windows.filter(Boolean)).toEqual([15, 7]), 15_000);
  });
  // And at all of it again when that goes well.
  await vi.waitFor(async () => expect(await flags()).toMatchObject([{ network: '7' }]), 5000);
  await watch.stop();
});

describe('what stands for addresses', () => {
  const salt = async () => (await contest.database.admin`select salt, created_at from votes.network_salt`)[0];
  const networkOf = async () =>
    (await contest.database.admin`select votes.network_of('10.0.0.1') as network`)[0]?.network;
  const made = (ago: string) =>
    contest.database.admin`update votes.network_salt set created_at = now() - ${ago}::interval`;
  const ended = (ago: string | null) => contest.database.admin`
    update votes.contest set opens_at = now() - interval '1 year', closes_at = now() - ${ago}::interval`;

  test.each([
    ['while voting goes on', null, '90 days'],
    ['in the thirty days after it', '29 days', '90 days'],
  ])('stays %s', async (_when, closed, age) => {
    await ended(closed);
    await made(age);
    const before = await salt();
    expect(await forgetAddresses(contest.sql)).toBe(false);
    expect(await salt()).toEqual(before);
  });

  test('is made anew thirty days after the end, once', async () => {
    await ended('31 days');
    await made('90 days');
    const before = await networkOf();
    expect(await forgetAddresses(contest.sql)).toBe(true);
    expect(await networkOf()).not.toBe(before);
    expect(await forgetAddresses(contest.sql)).toBe(false);
  });

  test('is made anew thirty days after a freeze, though another edition is under way', async () => {
    await ended(null);
    await made('90 days');
    await contest.database.admin`
      insert into votes.results (version, edition, contest, checksum, frozen_at)
      values (1, '2025', '{}', '', now() - interval '31 days')`;
    expect(await forgetAddresses(contest.sql)).toBe(true);
    expect(await forgetAddresses(contest.sql)).toBe(false);
  });
});
