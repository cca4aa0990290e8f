import type { ISql } from '@anb/service-kit/database';
import type { Contender } from '../ranking.ts';

/** What of the database was visible at a moment, as `pg_snapshot`: xmin:xmax:in progress. */
export type DatabaseSnapshot = string;

export interface Changes {
  /** To ask for the changes after these. */
  upTo: DatabaseSnapshot;
  /** Those of which something changed that the ranking shows, as they are now; some may not have changed. */
  videos: (Contender & { open: boolean })[];
}

/** Every video that is open for voting. */
export async function readContenders(sql: ISql): Promise<Changes> {
  const upTo = await currentSnapshot(sql);
  const videos = await sql<Changes['videos']>`
    select ${columns(sql)}
    from videos.ballot
    join auth.player_card player on player.id = ballot.owner_id
    left join votes.tallies on tallies.video_id = ballot.id
    where ballot.open`;
  return { upTo, videos };
}

/**
 * Videos that changed since, also those that are open no more: by votes, by what happened to them, or by their
 * player's name. A row names the transaction that changed it; which of those had ended is what a snapshot says, so one
 * that commits late is not missed, as it would be by a cursor of times or numbers.
 */
export async function readChanges(sql: ISql, since: DatabaseSnapshot): Promise<Changes> {
  // Before the rows: what commits in between is read twice.
  const upTo = await currentSnapshot(sql);
  const videos = await sql<Changes['videos']>`
    with changed as (
      select video_id as id from votes.tallies where ${isNewer(sql, since)}
      union
      select id from videos.ballot where ${isNewer(sql, since)}
      union
      select ballot.id
      from auth.changed_player player
      join videos.ballot on ballot.owner_id = player.id and not ballot.deleted
      where ${isNewer(sql, since, 'player')}
    )
    select ${columns(sql)}
    from changed
    join videos.ballot using (id)
    left join auth.player_card player on player.id = ballot.owner_id
    left join votes.tallies on tallies.video_id = ballot.id`;
  return { upTo, videos };
}

/** Whether the database is behind what it was: it has been restored, or another one has taken over. */
export const isBehind = (snapshot: DatabaseSnapshot, since: DatabaseSnapshot) => xmax(snapshot) < xmax(since);
const xmax = (snapshot: DatabaseSnapshot) => BigInt(snapshot.split(':')[1] ?? 0);

async function currentSnapshot(sql: ISql): Promise<DatabaseSnapshot> {
  const [row] = await sql<{ snapshot: string }[]>`select pg_current_snapshot()::text as snapshot`;
  return row?.snapshot ?? '';
}

/** The upper bound leaves out what a restored dump brought from another database's future. */
const isNewer = (sql: ISql, since: DatabaseSnapshot, table?: string) => {
  const xid = table ? sql`${sql(table)}.changed_xid` : sql`changed_xid`;
  return sql`
    ${xid} >= pg_snapshot_xmin(${since}::pg_snapshot) and ${xid} < pg_snapshot_xmax(pg_current_snapshot())
    and not pg_visible_in_snapshot(${xid}, ${since}::pg_snapshot)`;
};

const columns = (sql: ISql) => sql`
  ballot.id as video_id, ballot.owner_id, ballot.title, ballot.media_version, ballot.city, ballot.city_key,
  (extract(epoch from ballot.published_at) * 1000000)::float8 as published_at,
  player.first_name || ' ' || player.last_name as username,
  coalesce(tallies.votes, 0) as votes,
  ballot.open and player.id is not null as open`;
