import type { ISql } from '@anb/service-kit/database';
import type { Contender } from './ranking.ts';

const refusals = ['already_voted', 'own_video', 'not_open', 'voting_closed'] as const;
export const voteResults = ['recorded', ...refusals] as const;

export type VoteOutcome = { result: 'recorded'; votes: number } | { result: (typeof refusals)[number] };

/**
 * Casts a vote in one statement: the video's state and the contest's window are judged when it runs, the primary
 * key decides between two at once, and the tally goes up only with a row of its own.
 */
export async function castVote(sql: ISql, videoId: string, voterId: number): Promise<VoteOutcome> {
  const [row] = await sql<
    { own: boolean | null; open: boolean | null; window_open: boolean; votes: number | null }[]
  >`
    with ballot as (
      select owner_id, open
      from videos.ballot
      where id = ${videoId}
    ), contest as (
      select opens_at <= now() and (closes_at is null or now() < closes_at) as open
      from votes.contest
    ), cast_vote as (
      insert into votes.votes (video_id, voter_id)
      select ${videoId}, ${voterId}
      from ballot, contest
      where ballot.open and contest.open and ballot.owner_id <> ${voterId}
      on conflict do nothing
      returning video_id
    ), tally as (
      insert into votes.tallies as t (video_id, votes)
      select video_id, 1
      from cast_vote
      on conflict (video_id) do update set votes = t.votes + 1
      returning votes
    )
    select
      (select owner_id = ${voterId} from ballot) as own,
      (select open from ballot) as open,
      coalesce((select open from contest), false) as window_open,
      (select votes from tally) as votes`;
  if (row?.own) return { result: 'own_video' };
  if (!row?.open) return { result: 'not_open' };
  if (!row.window_open) return { result: 'voting_closed' };
  if (row.votes === null) return { result: 'already_voted' };
  return { result: 'recorded', votes: row.votes };
}

/** The videos a user has voted for, the latest vote first. */
export async function votedBy(sql: ISql, voterId: number): Promise<string[]> {
  const rows = await sql<{ video_id: string }[]>`
    select video_id
    from votes.votes
    where voter_id = ${voterId}
    order by cast_at desc, video_id`;
  return rows.map(({ video_id }) => video_id);
}

/** Every video open for voting with its votes, its player and its city as the contest names it. */
export async function readContenders(sql: ISql): Promise<Contender[]> {
  return sql<Contender[]>`
    select ballot.id as video_id, ballot.owner_id, ballot.title, ballot.published_at, ballot.media_version,
      player.first_name || ' ' || player.last_name as username,
      coalesce(city_name.city, ballot.city) as city,
      coalesce('contest:' || city_name.city, ballot.city_key) as city_key,
      city_name.city is not null as contest,
      coalesce(tallies.votes, 0) as votes
    from videos.ballot
    join auth.player_card player on player.id = ballot.owner_id
    left join votes.tallies on tallies.video_id = ballot.id
    left join votes.city_name on city_name.key = ballot.city_key
    where ballot.open`;
}

export interface Contest {
  name: string;
  edition: string;
  opens_at: Date;
  closes_at: Date | null;
  finalists_per_city: number;
  vote_goal: number;
}

export async function readContest(sql: ISql): Promise<Contest> {
  const [contest] = await sql<Contest[]>`
    select name, edition, opens_at, closes_at, finalists_per_city, vote_goal
    from votes.contest`;
  if (!contest) throw new Error('votes.contest has no row');
  return contest;
}

export interface CityName {
  key: string;
  city: string;
}

/** Every way to write a city of the contest. */
export async function readCityNames(sql: ISql): Promise<CityName[]> {
  return sql<CityName[]>`select key, city from votes.city_keys order by city, key`;
}
