import type { ISql } from '@anb/service-kit/database';
import type { Ballot, VoteOutcome } from '../services/votes/src/store/ballots.ts';

/** A vote in a statement and a transaction of its own, by the least SQL that judges it: what groups are compared with. */
export async function castVote(
  sql: ISql,
  { videoId, voterId }: Ballot,
  needsVerifiedEmail = false,
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
