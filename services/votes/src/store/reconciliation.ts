import type { ISql, Sql } from '@anb/service-kit/database';

export interface Reconciliation {
  /** Votes by which tallies were off in the last whole round; null before its end. */
  drift: number | null;
  secondsSinceRound: number | null;
}

export async function readReconciliation(sql: ISql): Promise<Reconciliation> {
  const [row] = await sql<Reconciliation[]>`
    select last_drift as drift, extract(epoch from now() - ended_at)::float8 as "secondsSinceRound"
    from votes.reconciliation`;
  return row ?? { drift: null, secondsSinceRound: null };
}

export interface Mended {
  video_id: string;
  tally: number;
  votes: number;
}

/**
 * Compares the tallies of the next videos with their votes and mends those that are off. One replica at a time, and a
 * new round only so long after the last.
 *
 * @returns what was mended, or null when there is nothing to do now
 */
export async function reconcileNext(
  sql: Sql,
  { videos, everySeconds }: { videos: number; everySeconds: number },
): Promise<Mended[] | null> {
  return sql.begin(async (transaction) => {
    const [turn] = await transaction<{ after_video: string }[]>`
      select after_video
      from votes.reconciliation
      where after_video <> '00000000-0000-0000-0000-000000000000' or ended_at is null
        or ended_at < now() - make_interval(secs => ${everySeconds})
      for update skip locked`;
    if (!turn) return null;
    const checked = await compare(transaction, turn.after_video, videos);
    const mended = [];
    for (const { video_id, tally, votes } of checked) {
      if (tally === votes) continue;
      const found = await mend(transaction, video_id);
      if (found.tally !== found.votes) mended.push({ video_id, ...found });
    }
    const drift = mended.reduce((sum, { tally, votes }) => sum + Math.abs(tally - votes), 0);
    const last = checked.length < videos ? null : (checked.at(-1)?.video_id ?? null);
    await (last === null ? endRound(transaction, drift) : goOn(transaction, last, drift));
    return mended;
  });
}

/**
 * In one statement, and so in one view of the database: votes and their tally are committed together. What the primary
 * key's index can count alone is counted there.
 */
const compare = (sql: ISql, after: string, videos: number) => sql<Mended[]>`
  select ballot.id as video_id, coalesce(tally.votes, 0) as tally, ${countedVotes(sql, sql`ballot.id`)} as votes
  from (select id from videos.ballot where id > ${after} order by id limit ${videos}) ballot
  left join votes.tallies tally on tally.video_id = ballot.id
  order by ballot.id`;

const countedVotes = (sql: ISql, videoId: ReturnType<ISql>) => sql`
  (
    (select count(*) from votes.votes where video_id = ${videoId})
    - (select count(*) from votes.votes where video_id = ${videoId} and voided_at is not null)
  )::integer`;

/** Whoever votes for the video waits for the tally meanwhile, and adds to it as it is then. */
async function mend(sql: ISql, videoId: string): Promise<Omit<Mended, 'video_id'>> {
  await sql`insert into votes.tallies values (${videoId}, 0) on conflict do nothing`;
  const [before] = await sql<{ votes: number }[]>`
    select votes from votes.tallies where video_id = ${videoId} for update`;
  const [after] = await sql<{ votes: number }[]>`
    update votes.tallies
    set votes = ${countedVotes(sql, sql`${videoId}`)}
    where video_id = ${videoId}
    returning votes`;
  return { tally: before?.votes ?? 0, votes: after?.votes ?? 0 };
}

const goOn = (sql: ISql, after: string, drift: number) => sql`
  update votes.reconciliation set after_video = ${after}, drift = drift + ${drift}`;

const endRound = (sql: ISql, drift: number) => sql`
  update votes.reconciliation
  set after_video = default, drift = 0, last_drift = drift + ${drift}, ended_at = clock_timestamp()`;
