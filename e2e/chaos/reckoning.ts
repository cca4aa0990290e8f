import { setTimeout as sleep } from 'node:timers/promises';
import { runAudit } from './audit.ts';
import { endedTwice } from './history.ts';
import type { World } from './world.ts';

/** What a scenario has shown: figures, and what did not hold. */
export interface Result {
  figures: Record<string, number>;
  problems: string[];
}

/** How the videos of a scenario ended. */
export interface Reckoning {
  jobs: number;
  final: number;
  failed: number;
  lost: number;
  stuck: number;
  doubled: number;
  orphans: number;
}

export interface Row {
  id: string;
  status: string;
  failure_code: string | null;
  deaths: number;
  media_version: string | null;
  is_deleted: boolean;
}

export interface ReckonOptions {
  patienceSeconds?: number;
  /** Of a video that failed: whether it had to. */
  mayFail?: (row: Row) => boolean;
}

/**
 * Waits until nothing is left to do, or no longer than that, and compares what was promised with the rows, and the
 * rows with the store.
 */
export async function reckon(
  world: World,
  accepted: Iterable<string>,
  { patienceSeconds = 120, mayFail = () => false }: ReckonOptions = {},
): Promise<Reckoning & { problems: string[] }> {
  const problems: string[] = [];
  const left = await untilQuiet(world, patienceSeconds);
  if (left) problems.push(`not quiet after ${patienceSeconds} s: ${left}`);

  const rows = await readRows(world);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const promised = [...accepted].map((id) => ({ id, row: byId.get(id) }));
  const lost = promised.filter(({ row }) => !row);
  const final = promised.filter(({ row }) => row && (row.is_deleted || isFinal(row)));
  const failed = promised.filter(({ row }) => row?.status === 'failed' && !row.is_deleted);
  const stuck = rows.filter((row) => !row.is_deleted && !isFinal(row));
  const doubled = await endedTwice(world.admin);
  const orphans = await findOrphans(world, rows);
  const audited = await runAudit(world);

  problems.push(
    ...lost.map(({ id }) => `${id} was answered 201 and is not there`),
    ...failed
      .filter(({ row }) => row && !mayFail(row))
      .map(({ id, row }) => `${id} failed as ${row?.failure_code}`),
    ...stuck.map(({ id, status }) => `${id} is still ${status}`),
    ...doubled.map((id) => `${id} ended twice`),
    ...orphans,
    ...audited,
    ...world.takeCrashes(),
  );
  return {
    jobs: promised.length,
    final: final.length,
    failed: failed.length,
    lost: lost.length,
    stuck: stuck.length,
    doubled: doubled.length,
    orphans: Math.max(orphans.length, audited.length),
    problems,
  };
}

const isFinal = ({ status }: Row) => status === 'processed' || status === 'failed';

const readRows = ({ admin }: World) => admin<Row[]>`
  select id, status, failure_code, deaths, media_version, deleted_at is not null as is_deleted from videos.videos`;

/** @returns what is still going on when the patience is over */
async function untilQuiet(world: World, patienceSeconds: number): Promise<string> {
  const deadline = performance.now() + patienceSeconds * 1000;
  for (;;) {
    const [counts] = await world.admin<{ unfinished: number; outbox: number }[]>`
      select
        (select count(*)::integer from videos.videos
          where status in ('uploaded', 'processing') and deleted_at is null) as unfinished,
        (select count(*)::integer from videos.outbox) as outbox`;
    const { unfinished = 0, outbox = 0 } = counts ?? {};
    const messages = await world.queues.waiting();
    if (unfinished + outbox + messages === 0) return '';
    if (performance.now() > deadline) {
      return `${unfinished} unfinished videos, ${outbox} outbox entries, ${messages} messages`;
    }
    await sleep(250);
  }
}

/** What the store holds and no row knows, and the other way round; written independently of the audit command. */
async function findOrphans(world: World, rows: Row[]): Promise<string[]> {
  const keys = new Set((await world.bucket.objects()).map(({ key }) => key));
  const uploads = await world.admin<{ object_key: string }[]>`select object_key from videos.uploads`;
  const known = new Set(uploads.map(({ object_key }) => object_key));
  const missing: string[] = [];
  for (const { id, status, media_version } of rows.filter(({ is_deleted }) => !is_deleted)) {
    known.add(`originals/${id}`);
    if (!keys.has(`originals/${id}`)) missing.push(`the original of ${id} is not in the store`);
    if (status !== 'processed') continue;
    for (const file of ['clip.mp4', 'poster.jpg', 'thumbnail.jpg']) {
      // Hidden and private media lie elsewhere, but never in both places.
      const places = ['media', 'withheld'].map((folder) => `${folder}/${id}/${media_version}/${file}`);
      const [place] = places.filter((key) => keys.has(key));
      if (place) known.add(place);
      else missing.push(`${file} of ${id} is not in the store`);
    }
  }
  const unknown = [...keys].filter((key) => !known.has(key));
  return [...unknown.map((key) => `nobody knows the object ${key}`), ...missing];
}
