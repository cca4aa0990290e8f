import { openDatabase, type Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { LostReplies } from '@anb/testing/lost-reply';
import { createPlayers, createVideo } from '@anb/testing/players';
import { Random } from '@anb/testing/random';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { untilWaiting } from '@anb/testing/waiting';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BallotBox } from '../src/ballot-box.ts';
import { castBallots, type VoteOutcome } from '../src/store/ballots.ts';

let database: TestDatabase;
let sql: Sql;
let owner: number;
let registry: Registry;

beforeAll(async () => {
  database = await createTestDatabase();
  const players = await createPlayers(database.admin);
  owner = (await players.signUp()).id;
  sql = database.connect('anb_votes');
});
afterAll(() => database.drop());

const openBox = (connection = sql) => {
  registry = new Registry();
  return new BallotBox({ sql: connection, log: keptLog('votes'), registry, needsVerifiedEmail: false });
};
const video = () => createVideo(database.admin, owner);
/** Accounts, so many. */
const voters = async (count: number) => {
  const rows = await database.admin<{ id: number }[]>`
    insert into auth.users (first_name, last_name, name_key, city, city_key, country, email, password_hash)
    select 'Ana', 'Ríos', '', 'Cali', 'cali', 'Colombia', gen_random_uuid() || '@example.com', 'none'
    from generate_series(1, ${count})
    returning id`;
  return rows.map(({ id }) => id);
};
const voter = async () => (await voters(1))[0] ?? 0;
const address = '192.0.2.1';
const results = (outcomes: VoteOutcome[]) => outcomes.map(({ result }) => result);
const rows = (videoId: string) =>
  database.admin<{ voter_id: number; batch_id: string }[]>`
    select voter_id, batch_id from votes.votes where video_id = ${videoId} order by voter_id`;
const tally = async (videoId: string) =>
  (await database.admin`select votes from votes.tallies where video_id = ${videoId}`)[0]?.votes;
const retries = async (reason: string) =>
  (await registry.getSingleMetric('anb_vote_batch_retries_total')?.get())?.values.find(
    ({ labels }) => labels.reason === reason,
  )?.value;
/** Runs `work` while a video's tally is locked, so that the batch that is to raise it waits. */
const whileTallyIsLocked = async (videoId: string, work: () => Promise<void>) => {
  await database.admin`insert into votes.tallies values (${videoId}, 0) on conflict do nothing`;
  await database.admin.begin(async (transaction) => {
    await transaction`select from votes.tallies where video_id = ${videoId} for update`;
    await work();
  });
};

describe('votes that arrive while a batch is committed', () => {
  test('form the next one, with one outcome each', async () => {
    const [box, hot, other, ids] = [openBox(), await video(), await video(), await voters(100)];
    let cast: Promise<VoteOutcome>[] = [];
    await whileTallyIsLocked(hot, async () => {
      cast = [box.cast({ videoId: hot, voterId: ids[0] ?? 0, address })];
      await untilWaiting(database.admin, 1);
      for (const voterId of ids.slice(1)) cast.push(box.cast({ videoId: hot, voterId, address }));
      cast.push(box.cast({ videoId: other, voterId: ids[0] ?? 0, address }));
      cast.push(box.cast({ videoId: other, voterId: owner, address }));
    });
    const outcomes = await Promise.all(cast);
    expect(outcomes[0]).toEqual({ result: 'recorded', votes: 1 });
    for (const outcome of outcomes.slice(1, 100)) expect(outcome).toEqual({ result: 'recorded', votes: 100 });
    expect(outcomes.slice(100)).toEqual([{ result: 'recorded', votes: 1 }, { result: 'own_video' }]);
    const batches = [...(await rows(hot)), ...(await rows(other))].map(({ batch_id }) => batch_id);
    expect(new Set(batches).size).toBe(2);
    expect([await tally(hot), await tally(other)]).toEqual([100, 1]);
  });

  test('count once for one voter, though twenty come in one batch', async () => {
    const [box, hot, other, id] = [openBox(), await video(), await video(), await voter()];
    let cast: Promise<VoteOutcome>[] = [];
    await whileTallyIsLocked(hot, async () => {
      cast = [box.cast({ videoId: hot, voterId: await voter(), address })];
      await untilWaiting(database.admin, 1);
      for (let n = 0; n < 20; n++) cast.push(box.cast({ videoId: other, voterId: id, address }));
    });
    const [, first, ...others] = results(await Promise.all(cast));
    expect([first, new Set(others)]).toEqual(['recorded', new Set(['already_voted'])]);
    expect([(await rows(other)).length, await tally(other)]).toEqual([1, 1]);
  });

  test('are refused once ten thousand wait, and those are committed', async () => {
    const [box, hot, ids] = [openBox(), await video(), await voters(10_001)];
    const [first = 0, ...rest] = ids;
    let waiting: Promise<VoteOutcome>[] = [];
    await whileTallyIsLocked(hot, async () => {
      waiting = [box.cast({ videoId: hot, voterId: first, address })];
      await untilWaiting(database.admin, 1);
      for (const voterId of rest) waiting.push(box.cast({ videoId: hot, voterId, address }));
      const late = box.cast({ videoId: hot, voterId: await voter(), address });
      await expect(late).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
    });
    expect(new Set(results(await Promise.all(waiting)))).toEqual(new Set(['recorded']));
    expect(await tally(hot)).toBe(10_001);
  });
});

describe('a batch', () => {
  /** Two videos of which the first is locked first. */
  const twoVideos = async () => [await video(), await video()].sort() as [string, string];
  const castBehindAnother = async (box: BallotBox, ballots: { videoId: string; voterId: number }[]) => {
    const lock = await video();
    let cast: Promise<VoteOutcome>[] = [];
    let first: Promise<VoteOutcome> | undefined;
    await whileTallyIsLocked(lock, async () => {
      first = box.cast({ videoId: lock, voterId: await voter(), address });
      await untilWaiting(database.admin, 1);
      cast = ballots.map((ballot) => box.cast({ ...ballot, address }));
    });
    await first;
    return cast;
  };

  test('that meets another in a circle is tried again', async () => {
    const [box, [one, two], id] = [openBox(), await twoVideos(), await voter()];
    let cast: Promise<VoteOutcome>[] = [];
    const insert = (sql: Sql, videoId: string) =>
      sql`insert into votes.votes (video_id, voter_id) values (${videoId}, ${id})`;
    await database.admin
      .begin(async (transaction) => {
        // Whoever has waited for a second finds the deadlock: the batch, which begins to wait first.
        await transaction`set local deadlock_timeout = '10s'`;
        await insert(transaction as unknown as Sql, two);
        cast = await castBehindAnother(box, [
          { videoId: one, voterId: id },
          { videoId: two, voterId: id },
        ]);
        await untilWaiting(database.admin, 1);
        await insert(transaction as unknown as Sql, one);
        throw new Error('undone');
      })
      .catch((error: Error) => expect(error.message).toBe('undone'));
    expect(results(await Promise.all(cast))).toEqual(['recorded', 'recorded']);
    expect(await retries('conflict')).toBeGreaterThan(0);
    expect([await tally(one), await tally(two)]).toEqual([1, 1]);
  });

  test('with a row that can not be written harms no other', async () => {
    const [box, hot, ids] = [openBox(), await video(), await voters(7)];
    const all = [...ids.slice(0, 3), 9_999_999_999, ...ids.slice(3)];
    const cast = await castBehindAnother(
      box,
      all.map((voterId) => ({ videoId: hot, voterId })),
    );
    const settled = await Promise.allSettled(cast);
    expect(settled.map(({ status }) => status)).toEqual(
      all.map((voterId) => (voterId > 2 ** 31 ? 'rejected' : 'fulfilled')),
    );
    expect((await rows(hot)).map(({ voter_id }) => voter_id)).toEqual(ids);
    expect(await tally(hot)).toBe(7);
  });

  test('does not wait for a vote that is being voided, and counts no other in its stead', async () => {
    const [box, hot, id] = [openBox(), await video(), await voter()];
    await box.cast({ videoId: hot, voterId: id, address });
    await database.admin.begin(async (transaction) => {
      await transaction`update votes.votes set voided_at = now() where video_id = ${hot}`;
      expect(await box.cast({ videoId: hot, voterId: id, address })).toEqual({ result: 'already_voted' });
    });
    expect(await box.cast({ videoId: hot, voterId: id, address })).toEqual({ result: 'already_voted' });
  });

  test('is written in the order of its keys, whatever came first', async () => {
    const [videos, ids] = [await Promise.all(Array.from({ length: 30 }, video)), await voters(10)];
    const ballots = videos.flatMap((videoId) => ids.map((voterId) => ({ videoId, voterId, address })));
    const shuffled = new Random(1, 'ballots').shuffle(ballots);
    await castBallots(sql, shuffled, { batchId: 1n, needsVerifiedEmail: false });
    const { admin } = database;
    const rows = await admin`
      select video_id, voter_id from votes.votes where video_id = any(${videos}::uuid[]) order by ctid`;
    const tallies = await admin`
      select video_id from votes.tallies where video_id = any(${videos}::uuid[]) order by ctid`;
    const inOrder = videos.toSorted();
    expect(tallies.map(({ video_id }) => video_id)).toEqual(inOrder);
    expect(rows.map(({ video_id, voter_id }) => `${video_id} ${voter_id}`)).toEqual(
      inOrder.flatMap((id) => ids.map((voter) => `${id} ${voter}`)),
    );
  });

  test('that has no outcome fails for all who asked', async () => {
    const [box, hot, id] = [openBox(), await video(), await voter()];
    const contest = await database.admin`delete from votes.contest returning *`;
    try {
      // The first is a batch of its own, the others are one ballot.
      const cast = [0, 1, 2].map(() => box.cast({ videoId: hot, voterId: id, address }));
      const settled = await Promise.allSettled(cast);
      expect(settled.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    } finally {
      await database.admin`insert into votes.contest ${database.admin(contest)}`;
    }
  });

  test('that fails for a reason of its own fails at once', async () => {
    const [box, hot, id] = [openBox(), await video(), await voter()];
    await database.admin`revoke insert on votes.votes from anb_votes`;
    try {
      await expect(box.cast({ videoId: hot, voterId: id, address })).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.admin`grant insert on votes.votes to anb_votes`;
    }
    expect(await box.cast({ videoId: hot, voterId: id, address })).toEqual({ result: 'recorded', votes: 1 });
  });
});

describe('a batch whose reply is lost', () => {
  const isBatch = ([statement = '', ...others]: string[]) =>
    others.length === 0 && statement.includes('insert into votes.votes');
  let replies: LostReplies;
  let proxy: TcpProxy;
  let behindProxy: Sql;
  beforeAll(async () => {
    const url = new URL(database.url('anb_votes'));
    replies = new LostReplies();
    proxy = await TcpProxy.start(Number(url.port), replies.tap);
    url.port = String(proxy.port);
    behindProxy = openDatabase({ url: url.href, max: 4, applicationName: 'test' });
  });
  afterAll(async () => {
    await behindProxy.end({ timeout: 1 });
    await proxy.close();
  });

  test('is read back: what was recorded counts once, what was refused stays so', async () => {
    const [box, hot, id, again] = [openBox(behindProxy), await video(), await voter(), await voter()];
    await box.cast({ videoId: hot, voterId: again, address });
    const lost = replies.loseNext(isBatch);
    expect(await box.cast({ videoId: hot, voterId: id, address })).toEqual({ result: 'recorded', votes: 2 });
    await lost;
    const lostAgain = replies.loseNext(isBatch);
    expect(await box.cast({ videoId: hot, voterId: again, address })).toEqual({ result: 'already_voted' });
    await lostAgain;
    expect(await retries('lost_reply')).toBe(2);
    expect([(await rows(hot)).length, await tally(hot)]).toEqual([2, 2]);
  });

  test('is recorded also when the vote has closed since', async () => {
    const [box, hot, id] = [openBox(behindProxy), await video(), await voter()];
    await box.cast({ videoId: hot, voterId: await voter(), address });
    const lost = replies.loseNext(isBatch);
    const cast = box.cast({ videoId: hot, voterId: id, address });
    await lost;
    await database.admin`update votes.contest set closes_at = now()`;
    try {
      expect(await cast).toEqual({ result: 'recorded', votes: 2 });
      expect(await box.cast({ videoId: hot, voterId: await voter(), address })).toEqual({
        result: 'voting_closed',
      });
    } finally {
      await database.admin`update votes.contest set closes_at = null`;
    }
  });

  test('is not judged before its transaction has ended', async () => {
    const [box, hot, id] = [openBox(behindProxy), await video(), await voter()];
    let cast: Promise<VoteOutcome> | undefined;
    await whileTallyIsLocked(hot, async () => {
      cast = box.cast({ videoId: hot, voterId: id, address });
      await untilWaiting(database.admin, 1);
      // Cast again it would be refused.
      await database.admin`update votes.contest set closes_at = now()`;
      proxy.cut();
      proxy.heal();
      // The first one still waits for the tally, and who asks about it for its end.
      await untilWaiting(database.admin, 2);
    });
    try {
      expect(await cast).toEqual({ result: 'recorded', votes: 1 });
    } finally {
      await database.admin`update votes.contest set closes_at = null`;
    }
  });

  test('counts once and is recorded when it begins to write only after it was asked for', async () => {
    const [box, hot, id] = [openBox(behindProxy), await video(), await voter()];
    // On a connection that knows the statement it goes out whole.
    await box.cast({ videoId: hot, voterId: await voter(), address });
    let cast: Promise<VoteOutcome> | undefined;
    await database.admin.begin(async (transaction) => {
      await transaction`lock table votes.votes in share mode`;
      cast = box.cast({ videoId: hot, voterId: id, address });
      await untilWaiting(database.admin, 1);
      proxy.cut();
      proxy.heal();
      // Nothing was found of the first one, so that the votes are cast again behind it.
      await untilWaiting(database.admin, 2);
    });
    expect(await cast).toEqual({ result: 'recorded', votes: 2 });
    expect([(await rows(hot)).length, await tally(hot)]).toEqual([2, 2]);
  });

  test('ends with a 503 while the database stays away, and can be asked again', async () => {
    const [box, hot, id] = [openBox(behindProxy), await video(), await voter()];
    proxy.cut();
    await expect(box.cast({ videoId: hot, voterId: id, address })).rejects.toMatchObject({ status: 503 });
    proxy.heal();
    expect(await box.cast({ videoId: hot, voterId: id, address })).toEqual({ result: 'recorded', votes: 1 });
  }, 20_000);
});
