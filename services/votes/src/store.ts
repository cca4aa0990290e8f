import { isDeepStrictEqual } from 'node:util';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import type { ISql, Sql } from '@anb/service-kit/database';
import type { City, CityKey } from './cities.ts';
import type { Contender } from './ranking.ts';

const refusals = [
  ...(['already_voted', 'own_video', 'not_open', 'voting_closed', 'email_unverified'] as const),
  /** A token can outlive its account. */
  'account_deleted',
] as const;
export const voteResults = ['recorded', ...refusals] as const;

export type VoteOutcome = { result: 'recorded'; votes: number } | { result: (typeof refusals)[number] };

/**
 * Casts a vote in one statement: the video's state and the contest's window are judged when it runs, the primary
 * key decides between two at once, and the tally goes up only with a row of its own. What a deleted account of the
 * same e-mail has voted for, is voted for.
 */
export async function castVote(
  sql: ISql,
  videoId: string,
  voterId: number,
  needsVerifiedEmail: boolean,
): Promise<VoteOutcome> {
  const [row] = await sql<
    {
      own: boolean | null;
      open: boolean | null;
      window_open: boolean;
      admitted: boolean | null;
      votes: number | null;
    }[]
  >`
    with ballot as (
      select owner_id, open
      from videos.ballot
      where id = ${videoId}
    ), contest as (
      select opens_at <= now() and (closes_at is null or now() < closes_at) as open
      from votes.contest
    ), voter as (
      select verified or not ${needsVerifiedEmail} as admitted
      from auth.player_card
      where id = ${voterId}
    ), cast_vote as (
      insert into votes.votes (video_id, voter_id)
      select ${videoId}, ${voterId}
      from ballot, contest, voter
      where ballot.open and contest.open and voter.admitted and ballot.owner_id <> ${voterId}
        and not exists (
          select from auth.former_account account
          join votes.votes vote on vote.voter_id = account.former_id
          where account.user_id = ${voterId} and vote.video_id = ${videoId}
        )
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
      (select admitted from voter) as admitted,
      (select votes from tally) as votes`;
  if (row?.own) return { result: 'own_video' };
  if (!row?.open) return { result: 'not_open' };
  if (!row.window_open) return { result: 'voting_closed' };
  if (row.admitted === null) return { result: 'account_deleted' };
  if (!row.admitted) return { result: 'email_unverified' };
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

/** Every way to write a city of the contest. */
export async function readCityNames(sql: ISql): Promise<CityKey[]> {
  return sql<CityKey[]>`select key, city from votes.city_keys order by city, key`;
}

// ── What organisers keep ────────────────────────────────────────────────────────────────────────────────────────

export interface ContestRules extends Contest {
  review_before_publication: boolean;
  /** Their aliases as they are compared. */
  cities: City[];
}

export async function readRules(sql: ISql): Promise<ContestRules> {
  const [contest] = await sql<Omit<ContestRules, 'cities'>[]>`
    select name, edition, opens_at, closes_at, finalists_per_city, vote_goal, review_before_publication
    from votes.contest`;
  if (!contest) throw new Error('votes.contest has no row');
  const cities = await sql<City[]>`
    select name, jsonb_agg(key order by key) as aliases
    from votes.cities
    join votes.city_keys on city = name
    group by name
    order by name`;
  return {
    ...contest,
    cities: cities.map(({ name, aliases }) => ({
      name,
      aliases: aliases.filter((key) => key !== comparisonKey(name)),
    })),
  };
}

/** What is left out stays as it is. */
export interface RulesChange extends Partial<Omit<ContestRules, 'cities'>> {
  /** Every way to write every city; those that are not here are cities of the contest no longer. */
  cities?: CityKey[];
}

/** What changes leaves its trace, with what it was before. */
export async function changeRules(
  sql: Sql,
  { cities, ...change }: RulesChange,
  organiserId: number,
): Promise<ContestRules | 'closes_before_opens'> {
  return sql.begin(async (transaction) => {
    // One change after the other.
    await transaction`select from votes.contest for update`;
    const before = await readRules(transaction);
    const { opens_at, closes_at } = { ...before, ...change };
    if (closes_at && closes_at <= opens_at) return 'closes_before_opens';
    if (Object.keys(change).length > 0) await transaction`update votes.contest set ${transaction(change)}`;
    if (cities) await replaceCities(transaction, cities);
    const after = await readRules(transaction);
    await noteChange(transaction, before, after, organiserId);
    return after;
  });
}

async function replaceCities(sql: ISql, keys: readonly CityKey[]): Promise<void> {
  const names = [...new Set(keys.map(({ city }) => city))];
  await sql`delete from votes.cities`;
  await sql`insert into votes.cities ${sql(names.map((name) => ({ name })))}`;
  await sql`insert into votes.city_keys ${sql(keys)}`;
}

async function noteChange(sql: ISql, before: ContestRules, after: ContestRules, organiserId: number) {
  const changed = Object.keys(after).filter((field) => {
    const key = field as keyof ContestRules;
    return !isDeepStrictEqual(before[key], after[key]);
  });
  if (changed.length === 0) return;
  const only = (rules: ContestRules) =>
    Object.fromEntries(Object.entries(rules).filter(([field]) => changed.includes(field)));
  const detail = JSON.stringify({ before: only(before), after: only(after) });
  await sql`
    insert into votes.audit (user_id, action, detail)
    values (${organiserId}, 'change_contest', ${detail}::text::jsonb)`;
}
