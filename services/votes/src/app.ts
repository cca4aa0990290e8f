import type { Sql } from '@anb/service-kit/database';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { VerifyToken } from '@anb/service-kit/session';
import { rankingRoutes } from './ranking-routes.ts';
import type { Standings } from './standings.ts';
import { voteRoutes } from './vote-routes.ts';

export interface Dependencies extends HttpOptions {
  sql: Sql;
  standings: Standings;
  verify: VerifyToken;
  /** Where published media have their stable addresses; without a slash at the end. */
  mediaBaseUrl: string;
}

/** Builds the whole HTTP surface; opens nothing. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp(dependencies);
  app.route('/', voteRoutes(dependencies));
  app.route('/', rankingRoutes(dependencies));
  return app;
}
