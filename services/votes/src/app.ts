import type { Challenge } from '@anb/service-kit/challenge';
import type { Sql } from '@anb/service-kit/database';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { VerifyToken } from '@anb/service-kit/session';
import { contestRoutes } from './contest-routes.ts';
import { flagRoutes } from './flag-routes.ts';
import { placeRoutes } from './place-routes.ts';
import type { RankingFeed } from './ranking-feed.ts';
import type { RankingPages } from './ranking-pages.ts';
import { rankingRoutes } from './ranking-routes.ts';
import { resultRoutes } from './result-routes.ts';
import type { Standings } from './standings.ts';
import type { Ballot, VoteOutcome } from './store/ballots.ts';
import { type VoteLimits, voteLimits } from './vote-limits.ts';
import { voteRoutes } from './vote-routes.ts';

export interface Dependencies extends HttpOptions {
  sql: Sql;
  /** Resolves once the vote is committed or refused. */
  castVote: (ballot: Ballot) => Promise<VoteOutcome>;
  standings: Standings;
  pages: RankingPages;
  feed: RankingFeed;
  /** Of votes; none when left out. */
  limits?: VoteLimits;
  /** Asked for at a vote; nothing when left out. */
  challenge?: Challenge | undefined;
  verify: VerifyToken;
  /** How long an account is newborn, when flagged votes of such are voided. */
  newbornMinutes: number;
}

/** Builds the whole HTTP surface; opens nothing. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp(dependencies, voteLimits);
  app.route('/', voteRoutes(dependencies));
  app.route('/', rankingRoutes(dependencies));
  app.route('/', placeRoutes(dependencies));
  app.route('/', contestRoutes(dependencies));
  app.route('/', flagRoutes(dependencies));
  app.route('/', resultRoutes(dependencies));
  return app;
}
