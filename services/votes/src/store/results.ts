import { setImmediate as afterEvents } from 'node:timers/promises';
import type { ISql, Sql } from '@anb/service-kit/database';
import { type Contender, rank, rulesOf } from '../ranking.ts';
import { type ResultRow, resultRows, sha256, toCsv } from '../results.ts';
import { readContenders } from './contenders.ts';
import { type ContestRules, readCityNames, readRules } from './contest.ts';

export interface Result {
  /** The rules by which it was ranked. */
  contest: Pick<ContestRules, 'name' | 'edition' | 'finalists_per_city'> & {
    opens_at: string;
    closes_at: string | null;
  };
  /** null: as of now, and not frozen. */
  version: number | null;
  frozen_at: Date | null;
  /** SHA-256 of the CSV file as it was published, in hex. */
  checksum: string;
  rows: ResultRow[];
}

/** A version, or the latest of the edition in hand. */
export async function findResult(sql: ISql, version?: number): Promise<Result | undefined> {
  const [result] = await sql<(Omit<Result, 'rows' | 'contest'> & { version: number; contest: string })[]>`
    select version, frozen_at, contest::text as contest, checksum
    from votes.results
    where version = ${
      version ?? sql`(select max(version) from votes.results join votes.contest using (edition))`
    }`;
  if (!result) return undefined;
  const rows = await sql<ResultRow[]>`
    select position, city_position, qualifies, votes, video_id, user_id, username, title, city
    from votes.result_rows
    where version = ${result.version}
    order by position`;
  return { ...result, contest: JSON.parse(result.contest), rows };
}

/** How many were frozen, of all editions; their versions count from 1. */
export async function countVersions(sql: ISql): Promise<number> {
  const [row] = await sql<{ versions: number }[]>`
    select coalesce(max(version), 0)::integer as versions from votes.results`;
  return row?.versions ?? 0;
}

/** Of a version; they are as final as it is. */
export async function readFinalists(sql: ISql, version: number): Promise<ReadonlySet<string>> {
  const rows = await sql<{ video_id: string }[]>`
    select video_id from votes.result_rows where version = ${version} and qualifies`;
  return new Set(rows.map(({ video_id }) => video_id));
}

/** What the result would be if voting were over. */
export async function provisionalResult(sql: ISql): Promise<Result> {
  const { videos } = await readContenders(sql);
  return resultOf(sql, videos);
}

async function resultOf(sql: ISql, contenders: readonly Contender[]): Promise<Result> {
  const stored = await readRules(sql);
  const rules = rulesOf(stored.finalists_per_city, await readCityNames(sql));
  // Each takes a moment when there are a hundred thousand; requests are answered in between.
  const ranking = rank(contenders, rules);
  await afterEvents();
  const rows = resultRows(ranking, rules);
  await afterEvents();
  const contest = {
    ...stored,
    opens_at: stored.opens_at.toISOString(),
    closes_at: stored.closes_at?.toISOString() ?? null,
  };
  return { contest, version: null, frozen_at: null, checksum: sha256(toCsv(rows)).digest('hex'), rows };
}

// ── The freeze ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Counts the votes themselves, once the last of them are in, and keeps the outcome for good as the next version; when it
 * is what the last version of this edition says, that one is the answer.
 */
export async function freezeResult(sql: Sql, organiserId: number): Promise<Result | 'voting_open'> {
  // Asked too early it must not hold up the votes.
  if (!(await isVotingOver(sql))) return 'voting_open';
  return sql.begin('isolation level repeatable read', async (transaction) => {
    await untilVotesAreIn(transaction);
    if (!(await isVotingOver(transaction))) return 'voting_open';
    const votes = await countVotes(transaction);
    const { videos } = await readContenders(transaction);
    const result = await resultOf(
      transaction,
      videos.map((video) => ({ ...video, votes: votes.get(video.video_id) ?? 0 })),
    );
    return keepResult(transaction, result, organiserId);
  });
}

/**
 * Votes judge the window after they have begun to write, so that those which come after this one's moment see it
 * closed; for those before, it waits. Nothing here is read before it has them all: the first reading fixes what this
 * transaction sees. The rules stay as they are until it ends.
 */
async function untilVotesAreIn(sql: ISql): Promise<void> {
  await sql`lock table votes.contest in share row exclusive mode`;
  await sql`savepoint waiting`;
  await sql`lock table votes.votes in share mode`;
  // Gives the lock back: who comes too late shall hear of it at once.
  await sql`rollback to savepoint waiting`;
}

/** By the time at which the transaction began, before it waited for anything. */
async function isVotingOver(sql: ISql): Promise<boolean> {
  const [contest] = await sql<{ is_over: boolean }[]>`
    select coalesce(closes_at <= now(), false) as is_over from votes.contest`;
  return contest?.is_over ?? false;
}

/** A quarter of a gigabyte: even a slow disk reads that in less time than a statement may take. */
const BLOCKS_A_STATEMENT = 32_768;

/** Of each video that has some, from the rows. */
export async function countVotes(sql: ISql, blocksAtOnce = BLOCKS_A_STATEMENT): Promise<Map<string, number>> {
  const [table] = await sql<{ blocks: number }[]>`
    select (pg_relation_size('votes.votes') / current_setting('block_size')::integer)::integer as blocks`;
  const votes = new Map<string, number>();
  for (let block = 0; block < (table?.blocks ?? 0); block += blocksAtOnce) {
    const counted = await sql<{ video_id: string; votes: number }[]>`
      select video_id, count(*)::integer as votes
      from votes.votes
      where voided_at is null and ctid >= ${`(${block},0)`}::tid and ctid < ${`(${block + blocksAtOnce},0)`}::tid
      group by video_id`;
    for (const each of counted) votes.set(each.video_id, (votes.get(each.video_id) ?? 0) + each.votes);
  }
  return votes;
}

/** So that no statement takes long, or much memory. */
const ROWS_A_STATEMENT = 5000;

async function keepResult(sql: ISql, result: Result, organiserId: number): Promise<Result> {
  const { contest, checksum, rows } = result;
  const [last] = await sql<{ version: number; frozen_at: Date; contest: string; checksum: string }[]>`
    select version, frozen_at, contest::text as contest, checksum
    from votes.results
    where edition = ${contest.edition}
    order by version desc
    limit 1`;
  if (last?.checksum === checksum) return { ...last, contest: JSON.parse(last.contest), rows };
  const [kept] = await sql<{ version: number; frozen_at: Date }[]>`
    insert into votes.results (version, edition, contest, checksum)
    select coalesce(max(version), 0) + 1, ${contest.edition}, ${JSON.stringify(contest)}::text::jsonb, ${checksum}
    from votes.results
    returning version, frozen_at`;
  if (!kept) throw new Error('the result was not kept');
  for (let place = 0; place < rows.length; place += ROWS_A_STATEMENT) {
    await sql`
      insert into votes.result_rows
      select ${kept.version}, r.position, r.city_position, r.qualifies, r.votes, r.video_id, r.user_id, r.username,
        r.title, r.city
      from jsonb_populate_recordset(
        null::votes.result_rows, ${JSON.stringify(rows.slice(place, place + ROWS_A_STATEMENT))}::text::jsonb
      ) r`;
  }
  const detail = JSON.stringify({ version: kept.version, checksum, videos: rows.length });
  await sql`
    insert into votes.audit (user_id, action, detail)
    values (${organiserId}, 'freeze_result', ${detail}::text::jsonb)`;
  return { ...result, ...kept };
}
