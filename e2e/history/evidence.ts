import { setTimeout as sleep } from 'node:timers/promises';
import { readRanking } from './cast.ts';
import { check, type Row, type Verdict } from './check.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

/** Without a new row for so long, all is quiet. */
const STILL_MS = 1500;
/** The ranking may be a second old; two busy cores need some air. */
const RANKING_MS = 5000;

/** Judges by the tables as they are now; the rankings get their time. */
export async function judge(world: World, { attempts }: History): Promise<Verdict> {
  const { videos, replicas } = world;
  const tables = { ...(await readTables(world)), contested: new Set(world.contested) };
  const deadline = performance.now() + RANKING_MS;
  for (;;) {
    const rankings = await Promise.all(replicas.map(({ url }) => readRanking(url)));
    const verdict = check({ attempts, videos, ...tables, rankings });
    if (verdict.figures.drift === 0 || performance.now() > deadline) return verdict;
    await sleep(250);
  }
}

/** Votes by which tallies were off before they were mended, which nobody would see afterwards. */
export async function readMended({ admin }: World): Promise<number> {
  const [row] = await admin<{ mended: number }[]>`
    select (drift + coalesce(last_drift, 0))::integer as mended from votes.reconciliation`;
  return row?.mended ?? 0;
}

async function readTables({ admin }: World) {
  const [rows, tallies] = await Promise.all([
    admin<Row[]>`
      select video_id as video, voter_id as voter, voided_at is not null as "isVoided" from votes.votes`,
    admin<{ video: string; votes: number }[]>`select video_id as video, votes from votes.tallies`,
  ]);
  return { rows, tallies: new Map(tallies.map(({ video, votes }) => [video, votes])) };
}

/** Votes of clients that have gone may still be on their way. */
export async function untilQuiet({ admin }: World): Promise<void> {
  for (let before = -1, now = 0; now !== before; ) {
    before = now;
    await sleep(STILL_MS);
    const [row] = await admin<{ rows: number }[]>`select count(*)::integer as rows from votes.votes`;
    now = row?.rows ?? 0;
  }
}
