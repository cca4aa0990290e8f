import { createVideo } from '@anb/testing/players';
import { untilWaiting } from '@anb/testing/waiting';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BallotBox } from '../src/ballot-box.ts';
import { Reconciler } from '../src/reconciler.ts';
import { readReconciliation } from '../src/store/reconciliation.ts';
import { openVotes } from './setup.ts';

let votes: Awaited<ReturnType<typeof openVotes>>;
let admin: typeof votes.database.admin;
let video: string;

beforeAll(async () => {
  votes = await openVotes();
  admin = votes.database.admin;
});
afterAll(() => votes.close());
beforeEach(async () => {
  video = await createVideo(admin, (await votes.players.signUp()).id);
  await admin`update votes.reconciliation set ended_at = null, last_drift = null, drift = 0, after_video = default`;
});

const reconciler = (registry = new Registry()) =>
  new Reconciler({ sql: votes.sql, log: votes.log, registry, videos: 2 });
/** A whole round. */
const reconcile = async () => {
  const { sql, log } = votes;
  const one = new Reconciler({ sql, log, registry: new Registry(), videos: 2 });
  while (await one.reconcile()) {}
};
const drift = async () => (await readReconciliation(votes.sql)).drift;
const tally = async (id = video) =>
  (await admin`select votes from votes.tallies where video_id = ${id}`)[0]?.votes;
const castBy = async (count: number) => {
  await admin`
    insert into votes.votes (video_id, voter_id)
    select ${video}, n from generate_series(1000, ${999 + count}) n`;
};

test.each<[string, () => Promise<unknown>, number, number]>([
  ['right', () => admin`insert into votes.tallies values (${video}, 5)`, 0, 5],
  ['too high', () => admin`insert into votes.tallies values (${video}, 8)`, 3, 5],
  ['too low', () => admin`insert into votes.tallies values (${video}, 1)`, 4, 5],
  ['missing', async () => {}, 5, 5],
  [
    'of votes that were voided',
    async () => {
      await admin`insert into votes.tallies values (${video}, 5)`;
      await admin`update votes.votes set voided_at = now() where video_id = ${video} and voter_id < 1002`;
    },
    2,
    3,
  ],
])('a tally that is %s is found and mended', async (_how, prepare, expectedDrift, expected) => {
  await castBy(5);
  await prepare();
  await reconcile();
  expect([await drift(), await tally()]).toEqual([expectedDrift, expected]);
  await admin`update votes.reconciliation set ended_at = null`;
  await reconcile();
  expect([await drift(), await tally()]).toEqual([0, expected]);
});

test('a round looks at every video, in turns that any replica takes, and then rests', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(async () => createVideo(admin, (await votes.players.signUp()).id)),
  );
  for (const id of others) await admin`insert into votes.tallies values (${id}, 7)`;
  const [one, other] = [reconciler(), reconciler()];
  let turns = 0;
  for (; await (turns % 2 ? one : other).reconcile(); turns++) {}
  expect(turns).toBeGreaterThan(2);
  expect(await drift()).toBe(21);
  expect(await Promise.all(others.map(tally))).toEqual([0, 0, 0]);
  expect(await one.reconcile()).toBe(false);
});

test('one replica compares at a time', async () => {
  await admin.begin(async (transaction) => {
    await transaction`select from votes.reconciliation for update`;
    expect(await reconciler().reconcile()).toBe(false);
  });
  expect(await reconciler().reconcile()).toBe(true);
});

test('votes that come while a tally is mended are counted once', async () => {
  const { sql, log } = votes;
  const box = new BallotBox({ sql, log, registry: new Registry(), needsVerifiedEmail: false });
  await admin`insert into votes.tallies values (${video}, 40)`;
  const voters = await Promise.all(Array.from({ length: 10 }, () => votes.players.signUp()));
  const casting = (async () => {
    for (const { id } of voters) await box.cast({ videoId: video, voterId: id, address: '192.0.2.1' });
  })();
  for (let round = 0; round < 5; round++) {
    await admin`update votes.reconciliation set ended_at = null`;
    await reconcile();
  }
  await casting;
  await admin`update votes.reconciliation set ended_at = null`;
  await reconcile();
  expect([await drift(), await tally()]).toEqual([0, 10]);
});

test('a tally that is off is mended after the batch that is raising it, whose votes count', async () => {
  await castBy(5);
  await admin`insert into votes.tallies values (${video}, 40)`;
  let mended: Promise<void> | undefined;
  await admin.begin(async (batch) => {
    await batch`insert into votes.votes (video_id, voter_id) values (${video}, 1)`;
    await batch`update votes.tallies set votes = votes + 1 where video_id = ${video}`;
    mended = reconcile();
    await untilWaiting(admin, 1);
  });
  await mended;
  expect(await tally()).toBe(6);
});

test('a batch in hand is no drift', async () => {
  const { sql, log } = votes;
  const box = new BallotBox({ sql, log, registry: new Registry(), needsVerifiedEmail: false });
  await admin`insert into votes.tallies values (${video}, 0)`;
  let cast: Promise<unknown> | undefined;
  await admin.begin(async (transaction) => {
    await transaction`select from votes.tallies where video_id = ${video} for update`;
    cast = box.cast({ videoId: video, voterId: (await votes.players.signUp()).id, address: '192.0.2.1' });
    await untilWaiting(admin, 1);
    await reconcile();
  });
  await cast;
  expect([await drift(), await tally()]).toEqual([0, 1]);
});

test('every replica shows what was found, and when', async () => {
  const registry = new Registry();
  const one = reconciler(registry);
  await castBy(3);
  await reconcile();
  one.start();
  await vi.waitFor(async () => {
    expect(await registry.metrics()).toMatch(/^anb_vote_tally_drift 3$/m);
    expect(await registry.metrics()).toMatch(/^anb_vote_tallies_checked_seconds 0\.\d+/m);
  });
  await one.stop();
});
