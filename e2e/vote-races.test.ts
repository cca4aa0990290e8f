import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from '@anb/testing/players';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ballot, type Raced, race, type Vote } from './races/race.ts';
import { World } from './races/world.ts';

const ROUNDS = 10;
/** Until every process has read of it whatever it may keep. */
const KNOWN_MS = 1000;
let world: World;

beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.stop());

interface Round {
  ballots: Ballot[];
  /** Right before it. */
  begin?: () => Promise<unknown>;
  change: () => Promise<unknown>;
}
const ofAll = (video: string): Ballot[] => world.voters.map((voter) => ({ video, voter }));
const ofOwner = (video: string, owner: Player): Ballot[] => ofAll(video).map(() => ({ video, voter: owner }));

/** What is raced with; what a vote is answered that ends before it, and one that begins after its answer. */
const races: [string, () => Promise<Round>, string, string][] = [
  [
    'closing the window',
    async () => ({
      ballots: ofAll((await world.newClip()).video),
      change: () => world.setWindow(new Date()),
    }),
    '200',
    'voting_closed',
  ],
  [
    'the end of the window',
    async () => {
      const change = async () => {
        const end = new Date(Date.now() + 50);
        await world.setWindow(end);
        while (Date.now() <= end.getTime()) await sleep(1);
      };
      return { ballots: ofAll((await world.newClip()).video), change };
    },
    '200',
    'voting_closed',
  ],
  [
    'opening the window',
    async () => ({
      ballots: ofAll((await world.newClip()).video),
      begin: () => world.setWindow(new Date()),
      change: () => world.setWindow(null),
    }),
    'voting_closed',
    '200',
  ],
  [
    'hiding the video',
    async () => {
      const { video } = await world.newClip();
      return { ballots: ofAll(video), change: () => world.judge(video, 'hide') };
    },
    '200',
    'video_not_found',
  ],
  [
    'showing it again',
    async () => {
      const { video } = await world.newClip();
      await world.judge(video, 'hide');
      return { ballots: ofAll(video), change: () => world.judge(video, 'show') };
    },
    'video_not_found',
    '200',
  ],
  [
    'making it private',
    async () => {
      const { owner, video } = await world.newClip();
      return { ballots: ofAll(video), change: () => world.publish(owner, video, false) };
    },
    '200',
    'video_not_found',
  ],
  [
    'making it private and deleting it',
    async () => {
      const { owner, video } = await world.newClip();
      const change = async () => {
        await world.publish(owner, video, false);
        await world.deleteVideo(owner, video);
      };
      return { ballots: ofAll(video), change };
    },
    '200',
    'video_not_found',
  ],
  [
    "the deletion of its owner's account",
    async () => {
      const owner = await world.signUpWithPassword();
      const { video } = await world.newClip({}, owner);
      return { ballots: ofAll(video), change: () => world.deleteAccount(owner) };
    },
    '200',
    'video_not_found',
  ],
  [
    "the deletion of the voter's account",
    async () => {
      const voter = await world.signUpWithPassword();
      return {
        ballots: world.clips.map((video) => ({ video, voter })),
        change: () => world.deleteAccount(voter),
      };
    },
    '200',
    'unauthorized',
  ],
  [
    'publication, a vote of its owner',
    async () => {
      const { owner, video } = await world.newClip({ is_public: false });
      return { ballots: ofOwner(video, owner), change: () => world.publish(owner, video, true) };
    },
    'own_video',
    'own_video',
  ],
  [
    'deletion, a vote of its owner',
    async () => {
      const { owner, video } = await world.newClip({ is_public: false });
      return { ballots: ofOwner(video, owner), change: () => world.deleteVideo(owner, video) };
    },
    'own_video',
    'own_video',
  ],
];

test.each(races)(
  'a vote that races with %s',
  async (_what, prepare, before, after) => {
    const urls = world.votes.map(({ url }) => url);
    const rounds = await Promise.all(Array.from({ length: ROUNDS }, prepare));
    await sleep(KNOWN_MS);
    let amid = 0;
    for (const { begin, ...round } of rounds) {
      await begin?.();
      const raced = await race({ urls, ...round });
      await world.setWindow(null);
      amid += expectInOrder(raced, before, after);
      await expectRows(raced.votes);
    }
    // Or the race was none.
    expect(amid).toBeGreaterThan(ROUNDS);
  },
  60_000,
);

/** @returns how many votes were on their way when the answer came */
function expectInOrder({ askedAt, answeredAt, votes }: Raced, before: string, after: string): number {
  const early = votes.filter(({ endedAt }) => endedAt < askedAt);
  const late = votes.filter(({ startedAt }) => startedAt > answeredAt);
  const amid = votes.filter((vote) => !early.includes(vote) && !late.includes(vote));
  expect(answersOf(early)).toEqual([before]);
  expect(answersOf(late)).toEqual([after]);
  for (const answer of answersOf(amid)) expect([before, after]).toContain(answer);
  return amid.filter(({ startedAt, endedAt }) => startedAt < answeredAt && endedAt > answeredAt).length;
}

const answersOf = (votes: Vote[]) => [...new Set(votes.map(({ answer }) => answer))];

/** Those answered 200 and no others; and the tallies count them. */
async function expectRows(cast: Vote[]): Promise<void> {
  const [ids, people] = [cast.map(({ video }) => video), cast.map(({ voter }) => voter.id)];
  const rows = await world.admin<{ video: string; voter: number }[]>`
    select video_id as video, voter_id as voter from votes.votes
    where video_id = any (${ids}::uuid[]) and voter_id = any (${people}::integer[])`;
  const keys = (of: { video: string; voter: number }[]) =>
    of.map(({ video, voter }) => `${video} ${voter}`).sort();
  const counted = cast.filter(({ answer }) => answer === '200');
  expect(keys(rows)).toEqual(keys(counted.map(({ video, voter }) => ({ video, voter: voter.id }))));
  const [drift] = await world.admin<{ drift: number }[]>`
    select coalesce(sum(abs(coalesce(votes, 0) - counted)), 0)::integer as drift
    from (
      select id, (select count(*) from votes.votes where video_id = id) as counted
      from unnest(${ids}::uuid[]) id
    ) video
    left join votes.tallies on video_id = id`;
  expect(drift).toEqual({ drift: 0 });
}
