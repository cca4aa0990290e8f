import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeConnections } from './history/cast.ts';
import { judge } from './history/evidence.ts';
import type { History } from './history/history.ts';
import { play } from './history/play.ts';
import { World } from './history/world.ts';

// Of `npm run test:history` what half a minute allows. SEED repeats a run's choices.
const seed = Number(process.env.SEED ?? 6);
let world: World;
let history: History;

beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => {
  closeConnections();
  await world?.stop();
});

test('what was answered 200 is there, once, and counted, whatever was killed, stopped or cut off', async () => {
  const played = await play(world, { seed, seconds: 20, overlapSeconds: 6 });
  history = played.history;
  expect(played.problems).toEqual([]);
  expect(played.figures).toMatchObject({ missing: 0, phantom: 0, doubled: 0, drift: 0, deadlocks: 0 });
}, 120_000);

describe('what is wrong afterwards is found:', () => {
  const acked = () => history.attempts.find(({ outcome }) => outcome.kind === 'acked');

  test.each<[string, () => PromiseLike<unknown>, object]>([
    [
      'a vote that is lost, though its tally is right',
      async () => {
        const { video = '', voter = 0 } = acked() ?? {};
        await world.admin`delete from votes.votes where video_id = ${video} and voter_id = ${voter}`;
        await world.admin`update votes.tallies set votes = votes - 1 where video_id = ${video}`;
      },
      { missing: 1, phantom: 0, drift: 0 },
    ],
    [
      'a vote of somebody who never voted',
      () => world.admin`
        with vote as (
          insert into votes.votes (video_id, voter_id)
          values (${acked()?.video ?? ''}, 1)
          returning video_id
        )
        update votes.tallies set votes = votes + 1 from vote where tallies.video_id = vote.video_id`,
      { phantom: 1, drift: 0 },
    ],
  ])('%s', async (_what, spoil, figures) => {
    const before = (await judge(world, history)).figures;
    await spoil();
    const after = (await judge(world, history)).figures;
    const gained = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - before[name as keyof typeof before]]),
    );
    expect(gained).toMatchObject(figures);
  });
});
