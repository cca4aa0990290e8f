import { openDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import { AUDIENCE, ISSUER } from '@anb/testing/players';
import { createApp } from '../services/votes/src/app.ts';
import { RankingFeed } from '../services/votes/src/ranking-feed.ts';
import { RankingPages } from '../services/votes/src/ranking-pages.ts';
import { Standings } from '../services/votes/src/standings.ts';
import { VoteLimits } from '../services/votes/src/vote-limits.ts';
import { castVote } from './one-vote.ts';
import type { Page } from './page.ts';

/** The votes service with a transaction for each vote, and with a page that is the same for ever. */
export interface VotesBaseline {
  databaseUrl: string;
  page?: Page;
}

const { databaseUrl, page, port, opsPort } = JSON.parse(process.argv[2] ?? '') as VotesBaseline & {
  port: number;
  opsPort: number;
};
const log = createLog('votes', 'info');
const registry = createRegistry('votes', '0');
const sql = openDatabase({ url: databaseUrl, max: 10, applicationName: 'bench' });
const sessions = new SessionCheck({ sql, log, issuer: ISSUER, audience: AUDIENCE });
const limits = new VoteLimits({ sql, log, perMinute: { user: 240, address: 1200 } });
const standings = new Standings({ sql, log, registry });
const pages = new RankingPages('http://127.0.0.1/media');
const feed = new RankingFeed({ standings, pages, registry, maxStreams: 1 });

const app = createApp({
  ...{ sql, log, registry, trustedProxyHops: 1, verify: sessions.verify },
  ...{ castVote: (ballot) => castVote(sql, ballot), standings, pages, feed, limits, newbornMinutes: 30 },
});
if (page) {
  const body = Buffer.from(page.body);
  app.get(page.path, (c) => c.body(body, 200, page.headers));
}

await runService({
  ...{ log, registry, host: '127.0.0.1', opsPort, http: { fetch: app.fetch, port } },
  start: async () => {
    await sessions.start();
    limits.start();
  },
  stop: async () => {
    await limits.stop();
    await sessions.stop();
    await sql.end({ timeout: 1 });
  },
});
