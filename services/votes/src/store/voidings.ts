import type { ISql, Sql } from '@anb/service-kit/database';

/** Which votes of one video: all that is given must hold of them. */
export interface Criteria {
  videoId: string;
  network?: string | undefined;
  from?: Date | undefined;
  /** Not itself. */
  to?: Date | undefined;
  voterIds?: number[] | undefined;
}

/** By a flag: what it is about, of its time. */
export type Target = Criteria | { flagId: number; newbornMinutes: number };

export interface Voiding {
  target: Target;
  reason: string;
  organiserId: number;
  /** At most so many at once, so that its request ends in time. */
  most?: number;
}
const MOST = 20_000;

export interface Voided {
  /** null: nothing was changed. */
  voidingId: number | null;
  videoId: string;
  votes: number;
  /** False: there are more than one voiding takes. */
  isComplete: boolean;
}

type Chosen = { videoId: string; voterIds: number[] };
/** `votes`: from which rows, all that counts of them. */
type Meant = { videoId: string; votes: ReturnType<typeof votesBy> };
export type FlagRefusal = 'flag_not_found' | 'flag_settled';

/** What `voidVotes` would take out of the count now. */
export async function previewVoiding(sql: ISql, target: Target): Promise<Voided | FlagRefusal> {
  const meant = await choose(sql, target);
  if (typeof meant === 'string') return meant;
  const [counted] = await sql<{ votes: number }[]>`select count(*)::integer as votes ${meant.votes}`;
  const votes = counted?.votes ?? 0;
  return { voidingId: null, videoId: meant.videoId, votes, isComplete: votes <= MOST };
}

/** The flag is then settled, if it was one and no votes of it are left. */
export async function voidVotes(
  sql: Sql,
  { target, reason, organiserId, most = MOST }: Voiding,
): Promise<Voided | FlagRefusal | 'nothing_to_void'> {
  return sql.begin(async (transaction) => {
    const meant = await choose(transaction, target);
    if (typeof meant === 'string') return meant;
    const { videoId } = meant;
    const chosen = await votersOf(transaction, meant, most + 1);
    const isComplete = chosen.length <= most;
    const voterIds = await setVoided(transaction, { videoId, voterIds: chosen.slice(0, most) }, true);
    if (voterIds.length === 0) return 'nothing_to_void';
    await addToTally(transaction, videoId, -voterIds.length);
    const voidingId = await noteVoiding(transaction, { videoId, voterIds });
    const detail = { voiding_id: voidingId, ...named(target, videoId), votes: voterIds.length, reason };
    if ('flagId' in target && isComplete) await settleFlag(transaction, target.flagId, voidingId);
    await noteAction(transaction, organiserId, 'void_votes', detail);
    return { voidingId, videoId, votes: voterIds.length, isComplete };
  });
}

/** Puts back what one voiding took out. */
export async function restoreVotes(
  sql: Sql,
  { voidingId, reason, organiserId }: { voidingId: number; reason: string; organiserId: number },
): Promise<Voided | 'voiding_not_found' | 'already_restored'> {
  return sql.begin(async (transaction) => {
    const [voiding] = await transaction<{ video_id: string; voters: string; is_first: boolean }[]>`
      with restored as (
        insert into votes.restorations (voiding_id)
        select id from votes.voidings where id = ${voidingId}
        on conflict do nothing
        returning voiding_id
      )
      select video_id, to_json(voter_ids)::text as voters, exists (select from restored) as is_first
      from votes.voidings
      where id = ${voidingId}`;
    if (!voiding) return 'voiding_not_found';
    if (!voiding.is_first) return 'already_restored';
    const videoId = voiding.video_id;
    const voterIds = await setVoided(transaction, { videoId, voterIds: JSON.parse(voiding.voters) }, false);
    await addToTally(transaction, videoId, voterIds.length);
    const votes = voterIds.length;
    const detail = { voiding_id: voidingId, video_id: videoId, votes, reason };
    await noteAction(transaction, organiserId, 'restore_votes', detail);
    return { voidingId, videoId, votes, isComplete: true };
  });
}

/** It was looked at and is no matter. */
export async function dismissFlag(
  sql: Sql,
  { flagId, reason, organiserId }: { flagId: number; reason: string; organiserId: number },
): Promise<'dismissed' | FlagRefusal> {
  return sql.begin(async (transaction) => {
    const flag = await holdFlag(transaction, flagId);
    if (typeof flag === 'string') return flag;
    await settleFlag(transaction, flagId, null);
    await noteAction(transaction, organiserId, 'dismiss_flag', {
      ...{ flag_id: flagId, video_id: flag.video_id, reason },
    });
    return 'dismissed';
  });
}

// ── Which votes ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The votes that count now; nothing is held but the flag. */
async function choose(sql: ISql, target: Target): Promise<Meant | FlagRefusal> {
  if (!('flagId' in target)) return { videoId: target.videoId, votes: votesBy(sql, target) };
  const flag = await holdFlag(sql, target.flagId);
  if (typeof flag === 'string') return flag;
  return { videoId: flag.video_id, votes: votesFlagged(sql, target) };
}

const votesBy = (sql: ISql, { videoId, network, from, to, voterIds }: Criteria) => sql`
  from votes.votes vote
  where vote.video_id = ${videoId} and vote.voided_at is null
    ${network === undefined ? sql`` : sql`and vote.network::text = ${network}`}
    ${from === undefined ? sql`` : sql`and vote.cast_at >= ${from}`}
    ${to === undefined ? sql`` : sql`and vote.cast_at < ${to}`}
    ${voterIds === undefined ? sql`` : sql`and vote.voter_id = any(${voterIds}::integer[])`}`;

const votesFlagged = (
  sql: ISql,
  { flagId, newbornMinutes }: { flagId: number; newbornMinutes: number },
) => sql`
  from votes.flags flag
  join votes.votes vote on vote.video_id = flag.video_id and vote.cast_at between flag.first_at and flag.last_at
  left join auth.player_card player on player.id = vote.voter_id
  where flag.id = ${flagId} and vote.voided_at is null
    and case flag.kind
      when 'network' then vote.network = flag.network
      when 'newborn'
        then player.id is null or player.created_at > vote.cast_at - make_interval(mins => ${newbornMinutes})
      when 'unverified' then player.verified is not true
    end`;

/** So many at most: a video may have more votes than there is memory for. */
async function votersOf(sql: ISql, { votes }: Meant, most: number): Promise<number[]> {
  const rows = await sql<{ voter_id: number }[]>`
    select vote.voter_id ${votes} order by vote.voter_id limit ${most}`;
  return rows.map(({ voter_id }) => voter_id);
}

// ── Changes ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** So that no statement takes long. */
const VOTES_A_STATEMENT = 5000;

/**
 * In the order of their keys, as votes are written, and before the tally: then nobody waits for each other.
 * @returns those that were not so before
 */
async function setVoided(sql: ISql, { videoId, voterIds }: Chosen, isVoided: boolean): Promise<number[]> {
  const changed: number[] = [];
  const inOrder = voterIds.toSorted((one, other) => one - other);
  for (let place = 0; place < inOrder.length; place += VOTES_A_STATEMENT) {
    const rows = await sql<{ voter_id: number }[]>`
      with held as (
        select video_id, voter_id
        from votes.votes
        where video_id = ${videoId}
          and voter_id = any(${inOrder.slice(place, place + VOTES_A_STATEMENT)}::integer[])
          and (voided_at is null) = ${isVoided}
        order by voter_id
        for update
      )
      update votes.votes vote
      set voided_at = case when ${isVoided} then now() end
      from held
      where vote.video_id = held.video_id and vote.voter_id = held.voter_id
      returning vote.voter_id`;
    changed.push(...rows.map(({ voter_id }) => voter_id));
  }
  return changed;
}

async function addToTally(sql: ISql, videoId: string, votes: number): Promise<void> {
  await sql`update votes.tallies set votes = votes + ${votes} where video_id = ${videoId}`;
}

async function noteVoiding(sql: ISql, { videoId, voterIds }: Chosen): Promise<number> {
  const [voiding] = await sql<{ id: number }[]>`
    insert into votes.voidings (video_id, voter_ids)
    values (${videoId}, ${voterIds}::integer[])
    returning id`;
  return voiding?.id ?? 0;
}

/** Until the transaction ends nobody else settles it. */
async function holdFlag(sql: ISql, flagId: number): Promise<{ video_id: string } | FlagRefusal> {
  const [flag] = await sql<{ video_id: string; settled_at: Date | null }[]>`
    select video_id, settled_at from votes.flags where id = ${flagId} for update`;
  if (!flag) return 'flag_not_found';
  return flag.settled_at ? 'flag_settled' : flag;
}

async function settleFlag(sql: ISql, flagId: number, voidingId: number | null): Promise<void> {
  await sql`update votes.flags set settled_at = now(), voiding_id = ${voidingId} where id = ${flagId}`;
}

/** As it stands in the trace. */
const named = (target: Target, videoId: string) =>
  'flagId' in target
    ? { flag_id: target.flagId, video_id: videoId }
    : {
        ...{ video_id: videoId, network: target.network, from: target.from, to: target.to },
        ...(target.voterIds && { by_voter: true }),
      };

async function noteAction(sql: ISql, organiserId: number, action: string, detail: object): Promise<void> {
  await sql`
    insert into votes.audit (user_id, action, detail)
    values (${organiserId}, ${action}, ${JSON.stringify(detail)}::text::jsonb)`;
}
