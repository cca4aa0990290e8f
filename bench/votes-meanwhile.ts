import type { Sql } from '@anb/service-kit/database';
import { addAccounts, addKey, addVideos, countVotes, split } from './contest.ts';
import { type LoadProcess, type Service, startLoad } from './processes.ts';
import type { Voters } from './questions.ts';

/** Which votes arrive for, somewhere in the ranking. */
const VOTED = 50;
const VOTES_PER_SECOND = 200;
const MOST_SECONDS = 300;
const CONNECTIONS = 32;
const VOTERS = MOST_SECONDS * VOTES_PER_SECOND;
const VOTES_EACH = 5;

interface Contest {
  videos: readonly string[];
  voters: Voters;
}

/** Videos with VOTES_EACH, and so many accounts as startVotes takes. */
export async function addContest(admin: Sql, size: { videos: number; players: number }): Promise<Contest> {
  const key = await addKey(admin);
  const [players, voters] = split(await addAccounts(admin, size.players + VOTERS), size.players);
  const videos = await addVideos(admin, size.videos, players, VOTES_EACH);
  return { videos, voters: { ...voters, key } };
}

/** VOTES_PER_SECOND from now until the end, for VOTED of the videos. */
export async function startVotes(admin: Sql, { videos, voters }: Contest, service: Service) {
  const voted = videos.filter((_, place) => place % (videos.length / VOTED) === 0);
  const before = await countVotes(admin, voted);
  const load: LoadProcess = await startLoad({
    topics: [{ topic: { kind: 'vote', port: service.port, videos: voted, voters }, share: 1 }],
    ...{ connections: CONNECTIONS, seconds: MOST_SECONDS, rate: VOTES_PER_SECOND },
  });
  const ended = load.run();
  ended.catch(() => {});
  return {
    end: async () => {
      load.stop();
      const result = await ended;
      const counted = (await countVotes(admin, voted)) - before;
      if (counted !== result.answers) throw new Error(`${result.answers} votes answered, ${counted} counted`);
      return result;
    },
  };
}
