import type { ISql, Sql } from '@anb/service-kit/database';

/** A vote as it is asked for. */
export interface Ballot {
  videoId: string;
  voterId: number;
  /** Of the client, as limits count it. */
  address: string;
}

const refusals = [
  ...(['already_voted', 'own_video', 'not_open', 'voting_closed', 'email_unverified'] as const),
  /** A token can outlive its account. */
  'account_deleted',
] as const;
export const voteResults = ['recorded', ...refusals] as const;

/** `votes`: of the video, all of the batch counted. */
export type VoteOutcome = { result: 'recorded'; votes: number } | { result: (typeof refusals)[number] };

export interface CastOptions {
  /** Names the rows, so that they can be found when the reply to COMMIT is lost: 64 bits, signed. */
  batchId: bigint;
  needsVerifiedEmail: boolean;
}

/**
 * Casts votes, of which no two are of one voter for one video, in one statement: the state of the videos and the
 * contest's window are judged when it runs, the primary key decides between two at once, and a tally goes up only with
 * rows of its own. Rows are written in the order of their keys and tallies in that of theirs, so that batches of
 * several replicas wait for each other and never in a circle. What a deleted account of the same e-mail has voted for,
 * is voted for.
 *
 * @returns the outcomes, in the order of the ballots
 */
export async function castBallots(
  sql: ISql,
  ballots: readonly Ballot[],
  { batchId, needsVerifiedEmail }: CastOptions,
): Promise<VoteOutcome[]> {
  // The clock is read behind the lock on the table that the statement begins with: who locks the table against votes
  // once the window has closed sees all that count.
  const rows = await sql<{ result: VoteOutcome['result']; votes: number }[]>`
    with given as (
      select *
      from unnest(${videoIds(ballots)}::uuid[], ${voterIds(ballots)}::integer[],
        ${ballots.map(({ address }) => address)}::text[])
        with ordinality as given (video_id, voter_id, address, place)
    ), contest as (
      select opens_at <= clock_timestamp() and (closes_at is null or clock_timestamp() < closes_at) as open
      from votes.contest
      cross join pg_advisory_xact_lock(${String(batchId)}) as held
    ), judged as (
      select given.*,
        case
          when ballot.owner_id = given.voter_id then 'own_video'
          when ballot.open is not true then 'not_open'
          when not contest.open then 'voting_closed'
          when voter.id is null then 'account_deleted'
          when ${needsVerifiedEmail} and not voter.verified then 'email_unverified'
          -- Decided by the key below; but there a row that is being voided would be waited for.
          when exists (
            select from votes.votes
            where video_id = given.video_id and voter_id = given.voter_id
          ) then 'already_voted'
          when exists (
            select from auth.former_account account
            join votes.votes vote on vote.voter_id = account.former_id
            where account.user_id = given.voter_id and vote.video_id = given.video_id
          ) then 'already_voted'
        end as refusal
      from given
      cross join contest
      left join videos.ballot on ballot.id = given.video_id
      left join auth.player_card voter on voter.id = given.voter_id
    ), recorded as (
      insert into votes.votes (video_id, voter_id, batch_id, network)
      select video_id, voter_id, ${String(batchId)}, votes.network_of(address)
      from judged
      where refusal is null
      order by video_id, voter_id
      on conflict do nothing
      returning video_id, voter_id
    ), tallied as (
      insert into votes.tallies as t (video_id, votes)
      select video_id, count(*)
      from recorded
      group by video_id
      order by video_id
      on conflict (video_id) do update set votes = t.votes + excluded.votes
      returning video_id, votes
    )
    select
      coalesce(judged.refusal, case when recorded.voter_id is null then 'already_voted' else 'recorded' end) as result,
      tallied.votes
    from judged
    left join recorded using (video_id, voter_id)
    left join tallied using (video_id)
    order by judged.place`;
  return rows.map(({ result, votes }) => (result === 'recorded' ? { result, votes } : { result }));
}

/**
 * What became of a batch whose reply was lost. Waits until its transaction has ended, if it is still under way.
 *
 * @returns the outcomes, in the order of the ballots; null for those that the batch has not recorded
 */
export async function readBatch(
  sql: Sql,
  ballots: readonly Ballot[],
  batchId: bigint,
): Promise<(VoteOutcome | null)[]> {
  const rows = await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${String(batchId)})`;
    // A statement of its own sees what was committed while the lock was waited for.
    return transaction<{ votes: number | null }[]>`
      select tally.votes
      from unnest(${videoIds(ballots)}::uuid[], ${voterIds(ballots)}::integer[])
        with ordinality as given (video_id, voter_id, place)
      left join votes.votes vote
        on vote.video_id = given.video_id and vote.voter_id = given.voter_id and vote.batch_id = ${String(batchId)}
      left join votes.tallies tally on tally.video_id = vote.video_id
      order by given.place`;
  });
  return rows.map(({ votes }) => (votes === null ? null : { result: 'recorded', votes }));
}

const videoIds = (ballots: readonly Ballot[]) => ballots.map(({ videoId }) => videoId);
const voterIds = (ballots: readonly Ballot[]) => ballots.map(({ voterId }) => voterId);

/** The videos a user has voted for, the latest vote first. */
export async function votedBy(sql: ISql, voterId: number): Promise<string[]> {
  const rows = await sql<{ video_id: string }[]>`
    select video_id
    from votes.votes
    where voter_id = ${voterId}
    order by cast_at desc, video_id`;
  return rows.map(({ video_id }) => video_id);
}
