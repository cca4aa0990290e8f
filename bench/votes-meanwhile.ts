import type { Sql } from '@anb/service-kit/database';
import { countVotes } from './contest.ts';
import { type LoadProcess, type Service, startLoad } from './processes.ts';
import type { Voters } from './questions.ts';

/** Which votes arrive for, somewhere in the ranking. */
const VOTED = 50;
const VOTES_PER_SECOND = 200;
const MOST_SECONDS = 300;
const CONNECTIONS = 32;
/** So many accounts it takes. */
export const VOTERS = MOST_SECONDS * VOTES_PER_SECOND;

interface VotesMeanwhile {
  admin: Sql;
  voters: Voters;
  videos: readonly string[];
  service: Service;
}

/** VOTES_PER_SECOND from now until the end, for VOTED of the videos. */
export async function startVotes({ admin, voters, videos, service }: VotesMeanwhile) {
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
