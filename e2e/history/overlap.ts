import { Random } from '@anb/testing/random';
import type { Ballot } from './attempts.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

const LANES = 3;
const VOTERS_A_BURST = 3;
const VIDEOS_A_BURST = 8;

/**
 * The same ballots at both processes at once, each time in another order: where two batches have rows in common,
 * only their order keeps them from waiting for each other.
 * @returns how many bursts there were, and the deadlocks that Postgres counted meanwhile
 */
export async function overlap(world: World, history: History, seed: number, seconds: number) {
  const before = await countDeadlocks(world);
  const end = performance.now() + seconds * 1000;
  const random = new Random(seed, 'overlap');
  const ids = [...world.videos.keys()];
  let bursts = 0;
  const burst = async (lane: number) => {
    const first = VOTERS_A_BURST * bursts++;
    const voters = Array.from({ length: VOTERS_A_BURST }, (_, n) => world.voters.at(first + n));
    const videos = random.shuffle(ids).slice(0, VIDEOS_A_BURST);
    const ballots: Ballot[] = videos.flatMap((video) => voters.map((voter) => ({ video, voter })));
    await Promise.all(voters.map((voter) => world.voters.authorization(voter)));
    const at = (replica: number) =>
      random.shuffle(ballots).map((ballot) => history.vote(ballot, replica, lane));
    await Promise.all([...at(0), ...at(1)]);
  };
  const lane = async (n: number) => {
    while (performance.now() < end) await burst(n);
  };
  await Promise.all(Array.from({ length: LANES }, (_, n) => lane(n)));
  return { bursts, deadlocks: (await countDeadlocks(world)) - before };
}

async function countDeadlocks({ admin }: World): Promise<number> {
  const [row] = await admin<{ deadlocks: number }[]>`
    select deadlocks::integer from pg_stat_database where datname = current_database()`;
  return row?.deadlocks ?? 0;
}
