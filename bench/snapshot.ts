import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@anb/service-kit/database';
import { placeOf } from '../services/votes/src/places.ts';
import { type Rules, rank } from '../services/votes/src/ranking.ts';
import { readContenders } from '../services/votes/src/store/contenders.ts';
import { reconcileNext } from '../services/votes/src/store/reconciliation.ts';
import { addAccounts, addKey, addVideos } from './contest.ts';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';
import { type Memory, startWatchedVotes } from './watched-service.ts';

const SIZES = [1000, 10_000, 100_000];
const VOTES = 10_000_000;
const ROUNDS = 15;
/** What 5,000 votes a second change between two looks. */
const CHANGED = 2000;
const MAX_MERGE_MS = 100;
const MAX_MEMORY_MB = 150;

/**
 * What the ranking costs a replica of votes with so many videos and ten million votes: time to merge what changed, to
 * say where one video stands, and memory. The baseline reads and ranks all of it anew.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  await addKey(platform.admin);
  const empty = await startWatchedVotes(platform);
  const nothing = await empty.memory();
  await empty.stop();
  const sizes = [];
  for (const [place, videos] of SIZES.entries()) {
    await addMore(platform, videos - (SIZES[place - 1] ?? 0));
    const isLast = place === SIZES.length - 1;
    if (isLast) await addVotes(platform, videos, say);
    sizes.push(await measureSize(platform, videos, nothing, say));
  }
  const largest = sizes.at(-1);
  if (!largest || largest.merge_ms.max > MAX_MERGE_MS || largest.memory_mb.used > MAX_MEMORY_MB)
    throw new Error(`too dear: ${JSON.stringify(largest)}`);
  const { seconds, drift } = await reconcileAll(platform);
  say(`a round of comparing ${VOTES} votes with their tallies: ${seconds} s, drift ${drift}`);
  return {
    ...{ ours: largest.merge_ms.median, baseline: largest.anew_ms },
    ratio: rounded(largest.merge_ms.median / largest.anew_ms, 4),
    unit: `ms to follow ${CHANGED} changed tallies of ${largest.videos} videos`,
    ...{ sizes, votes: VOTES, reconcile_s: seconds, drift, cpus: availableParallelism() },
  };
}

async function measureSize(platform: Platform, videos: number, nothing: Memory, say: (line: string) => void) {
  const service = await startWatchedVotes(platform);
  const merges: number[] = [];
  const merged = async () => ({
    count: await service.metric('anb_ranking_merge_seconds_count'),
    sum: await service.metric('anb_ranking_merge_seconds_sum'),
  });
  const first = await merged();
  for (let round = 0; round < ROUNDS; round++) {
    const before = await merged();
    await platform.admin`
      update votes.tallies set votes = votes + 1
      where video_id in (select video_id from votes.tallies order by random() limit ${CHANGED})`;
    await sleep(900);
    const after = await merged();
    merges.push(((after.sum - before.sum) / (after.count - before.count)) * 1000);
  }
  const memory = await service.memory();
  await service.stop();
  const sql = openDatabase({ url: platform.databaseUrl('anb_votes'), max: 1, applicationName: 'bench' });
  const rules: Rules = { finalistsPerCity: 2, contestCity: (key) => key };
  const [anew, places]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const { videos } = await readContenders(sql);
    const ranking = rank(videos, rules);
    const ranked = performance.now();
    anew.push(ranked - start);
    // In the order of the table, which is not the ranking's.
    for (const video of videos) placeOf({ ranking, rules }, video);
    places.push(((performance.now() - ranked) * 1000) / videos.length);
  }
  await sql.end();
  const result = {
    videos,
    merge_ms: { median: rounded(median(merges), 2), max: rounded(Math.max(...merges), 2) },
    sort_all_ms: rounded((first.sum / first.count) * 1000, 1),
    anew_ms: rounded(median(anew), 1),
    place_us: rounded(median(places), 1),
    memory_mb: {
      used: rounded(memory.used - nothing.used, 1),
      resident: rounded(memory.resident - nothing.resident, 1),
    },
  };
  say(JSON.stringify(result));
  return result;
}

/** More players, each with a video that has a tally. */
async function addMore({ admin }: Platform, count: number): Promise<void> {
  await addVideos(admin, count, await addAccounts(admin, count));
  await admin`
    insert into votes.tallies (video_id, votes)
    select id, (random() * 200)::integer from videos.videos on conflict do nothing`;
  await admin`analyze`;
}

/** As rows, whose tallies are right. */
async function addVotes({ admin }: Platform, videos: number, say: (line: string) => void): Promise<void> {
  const each = VOTES / videos;
  say(`writing ${VOTES} votes`);
  const slices = 20;
  for (let slice = 0; slice < slices; slice++) {
    await admin`
      insert into votes.votes (video_id, voter_id)
      select id, voter
      from videos.videos
      cross join generate_series(${(slice * each) / slices + 1}::integer, ${((slice + 1) * each) / slices}) voter`;
  }
  await admin`update votes.tallies set votes = ${each}`;
  await admin`vacuum analyze votes.votes`;
  await admin`vacuum analyze votes.tallies`;
}

async function reconcileAll(platform: Platform) {
  // What the rounds before have changed.
  await platform.admin`
    update votes.tallies set votes = (select count(*) from votes.votes where votes.video_id = tallies.video_id)`;
  const sql = openDatabase({ url: platform.databaseUrl('anb_votes'), max: 1, applicationName: 'bench' });
  await platform.admin`update votes.reconciliation set ended_at = null, after_video = default, drift = 0`;
  const start = performance.now();
  while (await reconcileNext(sql, { videos: 200, everySeconds: 300 })) {}
  const seconds = rounded((performance.now() - start) / 1000, 1);
  const [row] = await platform.admin`select last_drift from votes.reconciliation`;
  await sql.end();
  return { seconds, drift: row?.last_drift };
}
