import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@anb/testing/random';
import { type Result, type Row, reckon } from './reckoning.ts';
import { newLedger, uploadPatiently } from './uploads.ts';
import type { World } from './world.ts';

/** After so many dead workers a job is given up. */
const MAX_DEATHS = 5;

export interface FloodOptions {
  clips: number;
  players: number;
  /** Between two uploads of the same player. */
  pauseSeconds: number;
  patienceSeconds: number;
}

/** Players upload while a random process of all of them is killed every few seconds, until the last clip is done. */
export async function flood(world: World, options: FloodOptions): Promise<Result> {
  const { clips, players, pauseSeconds, patienceSeconds } = options;
  await world.scaleTranscoders(3);
  const ledger = newLedger();
  const begin = performance.now();
  const over = new AbortController();
  const killing = killAtRandom(world, over.signal);
  const progress = setInterval(() => void report(world, ledger.accepted.size), 10_000);
  try {
    await Promise.all(
      Array.from({ length: players }, async (_, place) => {
        const player = await world.signUp();
        for (let clip = place; clip < clips; clip += players) {
          await uploadPatiently(world, player, ledger);
          await sleep(pauseSeconds * 1000);
        }
      }),
    );
    const uploadSeconds = (performance.now() - begin) / 1000;
    await untilFinal(world, begin + patienceSeconds * 1000);
    over.abort();
    const kills = await killing;
    const { problems, ...counts } = await reckon(world, ledger.accepted, { mayFail: diedWithIt });
    if (counts.jobs !== clips) problems.push(`${counts.jobs} of ${clips} uploads were accepted`);
    problems.push(...ledger.unexpected.map((answer) => `an upload was answered ${answer}`));
    const [deaths] = await world.admin<{ most: number }[]>`select max(deaths) as most from videos.videos`;
    const scratch = world.transcoders.flatMap((replica) => replica.scratchLeft()).length;
    return {
      problems,
      figures: {
        ...counts,
        kills,
        refused: ledger.refused,
        broken: ledger.broken,
        upload_s: Math.round(uploadSeconds),
        most_deaths_of_a_job: deaths?.most ?? 0,
        scratch_left: scratch,
        seconds: Math.round((performance.now() - begin) / 1000),
      },
    };
  } finally {
    over.abort();
    clearInterval(progress);
  }
}

/** Chance lets few jobs take down five workers in a row, which is what the product takes for the job's own doing. */
const diedWithIt = ({ failure_code, deaths }: Row) => failure_code === 'worker_died' && deaths >= MAX_DEATHS;

/** @returns how often it killed */
async function killAtRandom(world: World, signal: AbortSignal): Promise<number> {
  const random = new Random(world.seed, 'kills');
  for (let kills = 0; ; kills++) {
    await sleep(random.between(1000, 3000), undefined, { signal }).catch(() => {});
    if (signal.aborted) {
      await Promise.all([...world.videos, ...world.transcoders].map((replica) => replica.untilReady()));
      return kills;
    }
    random.pick([...world.videos, ...world.transcoders]).kill();
  }
}

const unfinished = async (world: World) => {
  const [row] = await world.admin<{ count: number }[]>`
    select count(*)::integer as count from videos.videos
    where status in ('uploaded', 'processing') and deleted_at is null`;
  return row?.count ?? 0;
};

async function untilFinal(world: World, deadline: number): Promise<void> {
  while ((await unfinished(world)) > 0 && performance.now() < deadline) await sleep(500);
}

const report = async (world: World, accepted: number) =>
  world.say(`flood: ${accepted} accepted, ${await unfinished(world)} unfinished`);
