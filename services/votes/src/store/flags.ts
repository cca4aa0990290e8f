import type { ISql, Sql } from '@anb/service-kit/database';

export const flagKinds = ['network', 'newborn', 'unverified'] as const;
export type FlagKind = (typeof flagKinds)[number];

/** From when on votes for one video within the window are worth a look. */
export interface Thresholds {
  windowMinutes: number;
  /** From one address. */
  networkVotes: number;
  /** Of newborn or of unverified accounts, or of deleted ones, when they are also so much of all the video got. */
  accountVotes: number;
  accountPercent: number;
  /** An account is newborn so long after it was made. */
  newbornMinutes: number;
}

/**
 * Flags what the window holds; what is flagged already grows. For a window's length after a flag was dismissed there is
 * no other of its kind, so that the votes it was about raise none; voided ones raise none anyway, and those that follow
 * them shall.
 * @returns how many flags are new; none while another replica is at it
 */
export async function flagVotes(sql: Sql, thresholds: Thresholds): Promise<number> {
  return sql.begin(async (transaction) => {
    // A plan that is kept for any window may read too much: more than 5 s were seen instead of 1.
    const [lock] = await transaction<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended('votes.flags', 0)) as mine,
        set_config('plan_cache_mode', 'force_custom_plan', true)`;
    if (!lock?.mine) return 0;
    const videos = await busyVideos(transaction, thresholds);
    return videos.length > 0 ? upsertFlags(transaction, videos, thresholds) : 0;
  });
}

/** Those with enough votes for any flag: few of the videos, and often few of the votes. */
async function busyVideos(
  sql: ISql,
  { windowMinutes, networkVotes, accountVotes }: Thresholds,
): Promise<string[]> {
  const rows = await sql<{ video_id: string }[]>`
    select video_id
    from votes.votes
    where cast_at > now() - make_interval(mins => ${windowMinutes}) and voided_at is null
    group by video_id
    having count(*) >= ${Math.min(networkVotes, accountVotes)}`;
  return rows.map(({ video_id }) => video_id);
}

async function upsertFlags(
  sql: ISql,
  videos: string[],
  { windowMinutes, networkVotes, accountVotes, accountPercent, newbornMinutes }: Thresholds,
): Promise<number> {
  const upserted = await sql<{ is_new: boolean }[]>`
    with recent as (
      select vote.video_id, vote.network, vote.cast_at, player.id is null as gone,
        player.created_at > vote.cast_at - make_interval(mins => ${newbornMinutes}) as newborn,
        not player.verified as unverified
      from votes.votes vote
      left join auth.player_card player on player.id = vote.voter_id
      where vote.cast_at > now() - make_interval(mins => ${windowMinutes}) and vote.voided_at is null
        and vote.video_id = any(${videos}::uuid[])
    ), counted as (
      select video_id, network, grouping(network) = 1 as is_whole, count(*)::integer as votes,
        min(cast_at) as first_at, max(cast_at) as last_at,
        (count(*) filter (where newborn))::integer as newborn,
        (count(*) filter (where unverified))::integer as unverified,
        (count(*) filter (where newborn and unverified))::integer as both,
        (count(*) filter (where gone))::integer as gone
      from recent
      group by grouping sets ((video_id, network), (video_id))
      having grouping(network) = 1 or network is not null and count(*) >= ${networkVotes}
    ), found as (
      select part.video_id, 'network' as kind, part.network, part.first_at, part.last_at, part.votes, part.newborn,
        part.unverified, part.gone, whole.votes as of_votes
      from counted part
      join counted whole on whole.video_id = part.video_id and whole.is_whole
      where not part.is_whole
      union all
      select whole.video_id, sort.kind, null, whole.first_at, whole.last_at, sort.votes, sort.newborn, sort.unverified,
        whole.gone, whole.votes
      from counted whole
      -- What an account was nobody knows once it is gone: no way out of either.
      cross join lateral (values
        ('newborn', whole.newborn + whole.gone, whole.newborn, whole.both),
        ('unverified', whole.unverified + whole.gone, whole.both, whole.unverified)
      ) sort (kind, votes, newborn, unverified)
      where whole.is_whole and sort.votes >= ${accountVotes} and sort.votes * 100 >= whole.votes * ${accountPercent}
    )
    insert into votes.flags as flag
      (video_id, kind, network, first_at, last_at, votes, newborn, unverified, gone, of_votes)
    select *
    from found
    where not exists (
      select from votes.flags dismissed
      where dismissed.settled_at > now() - make_interval(mins => ${windowMinutes}) and dismissed.voiding_id is null
        and dismissed.video_id = found.video_id and dismissed.kind = found.kind
        and dismissed.network is not distinct from found.network
    )
    on conflict (video_id, kind, network) where settled_at is null do update
    set first_at = least(flag.first_at, excluded.first_at), last_at = greatest(flag.last_at, excluded.last_at),
      (votes, newborn, unverified, gone, of_votes) = (
        select height.*
        from (values
          (excluded.votes, excluded.newborn, excluded.unverified, excluded.gone, excluded.of_votes),
          (flag.votes, flag.newborn, flag.unverified, flag.gone, flag.of_votes)
        ) height (votes, newborn, unverified, gone, of_votes)
        order by height.votes desc
        limit 1
      )
    returning xmax = 0 as is_new`;
  return upserted.filter(({ is_new }) => is_new).length;
}

// ── What organisers see ─────────────────────────────────────────────────────────────────────────────────────────

export interface Flag {
  id: number;
  video_id: string;
  /** null: the video or its account is gone. */
  title: string | null;
  first_name: string | null;
  last_name: string | null;
  kind: FlagKind;
  network: string | null;
  first_at: Date;
  last_at: Date;
  votes: number;
  newborn: number;
  unverified: number;
  gone: number;
  of_votes: number;
  video_votes: number;
  settled_at: Date | null;
  voiding_id: number | null;
}

export const flagStates = ['open', 'settled'] as const;
export type FlagState = (typeof flagStates)[number];

const isIn = (sql: ISql, state: FlagState) =>
  state === 'open' ? sql`flag.settled_at is null` : sql`flag.settled_at is not null`;

/** One page and how many there are on all pages. Open ones: the most votes first; settled ones: the latest first. */
export async function listFlags(
  sql: ISql,
  { state, page, limit }: { state: FlagState; page: number; limit: number },
): Promise<{ flags: Flag[]; total: number }> {
  const order = state === 'open' ? sql`votes desc, id` : sql`settled_at desc, id`;
  const rows = await sql<(Omit<Flag, 'id'> & { total: number; id: number | null })[]>`
    with page as (
      select flag.*
      from votes.flags flag
      where ${isIn(sql, state)}
      order by ${order}
      limit ${limit} offset ${(page - 1) * limit}
    )
    select totals.total, page.*, ballot.title, player.first_name, player.last_name,
      coalesce(tally.votes, 0) as video_votes
    from (select count(*)::integer as total from votes.flags flag where ${isIn(sql, state)}) totals
    left join page on true
    left join videos.ballot on ballot.id = page.video_id
    left join auth.player_card player on player.id = ballot.owner_id
    left join votes.tallies tally on tally.video_id = page.video_id
    order by ${state === 'open' ? sql`page.votes desc, page.id` : sql`page.settled_at desc, page.id`}`;
  return {
    total: rows[0]?.total ?? 0,
    flags: rows.filter((row): row is Flag & typeof row => row.id !== null),
  };
}

/** How many wait to be looked at, by kind; only kinds that have some. */
export async function openFlags(sql: ISql): Promise<{ kind: FlagKind; flags: number }[]> {
  return sql<{ kind: FlagKind; flags: number }[]>`
    select kind, count(*)::integer as flags
    from votes.flags
    where settled_at is null
    group by kind`;
}

/**
 * Thirty days after the window's end, or after a freeze, the numbers that stand for addresses can be traced to none any
 * more, by nobody: what they were made with is gone.
 */
export async function forgetAddresses(sql: ISql): Promise<boolean> {
  const renewed = await sql`
    update votes.network_salt
    set salt = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), created_at = now()
    where exists (
      select from (select closes_at from votes.contest union all select frozen_at from votes.results) ends (at)
      where ends.at < now() - interval '30 days' and network_salt.created_at < ends.at + interval '30 days'
    )`;
  return renewed.count > 0;
}
