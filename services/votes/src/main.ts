import { openConfiguredChallenge } from '@anb/service-kit/challenge';
import { openConfiguredDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { newestMigration, untilMigrated } from '@anb/service-kit/schema';
import { runService } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { BallotBox } from './ballot-box.ts';
import { readConfig } from './config.ts';
import { FlagWatch } from './flags.ts';
import { RankingFeed } from './ranking-feed.ts';
import { RankingPages } from './ranking-pages.ts';
import { Reconciler } from './reconciler.ts';
import { Standings } from './standings.ts';
import { VoteLimits } from './vote-limits.ts';

/** For the batch, and to ask what became of one whose connection is stuck. */
const BALLOT_CONNECTIONS = 2;

const config = readConfig();
const log = createLog('votes', config.LOG_LEVEL);
const registry = createRegistry('votes', manifest.version);
const max = Math.max(1, config.DATABASE_POOL - BALLOT_CONNECTIONS);
const sql = openConfiguredDatabase(config, 'votes', { max });
/** Planning a batch anew would cost more than all else of it. */
const ballotSql = openConfiguredDatabase(config, 'votes', { max: BALLOT_CONNECTIONS, genericPlans: true });
const sessions = new SessionCheck({
  sql,
  log,
  issuer: config.TOKEN_ISSUER,
  audience: config.TOKEN_AUDIENCE,
});
const standings = new Standings({ sql, log, registry });
const pages = new RankingPages(config.MEDIA_BASE_URL ?? `${config.PUBLIC_URL}/media`);
const feed = new RankingFeed({ standings, pages, registry, maxStreams: config.RANKING_STREAMS });
const limits = new VoteLimits({
  sql,
  log,
  perMinute: { user: config.VOTES_PER_MINUTE_USER, address: config.VOTES_PER_MINUTE_ADDRESS },
});
const reconciler = new Reconciler({ sql, log, registry });
const box = new BallotBox({
  ...{ sql: ballotSql, log, registry },
  needsVerifiedEmail: config.VOTE_NEEDS_VERIFIED_EMAIL,
});
const flags = new FlagWatch({
  sql,
  log,
  registry,
  thresholds: {
    windowMinutes: config.FLAG_WINDOW_MINUTES,
    networkVotes: config.FLAG_NETWORK_VOTES,
    accountVotes: config.FLAG_ACCOUNT_VOTES,
    accountPercent: config.FLAG_ACCOUNT_PERCENT,
    newbornMinutes: config.FLAG_NEWBORN_MINUTES,
  },
});
const app = createApp({
  sql,
  log,
  registry,
  trustedProxyHops: config.TRUSTED_PROXY_HOPS,
  corsOrigins: config.CORS_ORIGINS,
  castVote: box.cast,
  standings,
  pages,
  feed,
  limits,
  challenge: openConfiguredChallenge(config, log),
  verify: sessions.verify,
  newbornMinutes: config.FLAG_NEWBORN_MINUTES,
});

const migration = newestMigration('votes', new URL('../migrations/', import.meta.url));

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  drainSeconds: config.DRAIN_SECONDS,
  http: { fetch: app.fetch, port: config.PORT },
  start: async () => {
    await untilMigrated({ sql, log, migration });
    await sessions.start();
    await standings.start();
    limits.start();
    reconciler.start();
    flags.start();
  },
  drain: () => feed.drain(),
  stop: async () => {
    await reconciler.stop();
    await flags.stop();
    await standings.stop();
    await limits.stop();
    await sessions.stop();
    await Promise.all([ballotSql.end({ timeout: 5 }), sql.end({ timeout: 5 })]);
  },
});
