import { SessionCheck } from '@anb/service-kit/session';
import { createTestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { AUDIENCE, createPlayers, ISSUER } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { createApp, type Dependencies } from '../src/app.ts';
import { BallotBox } from '../src/ballot-box.ts';
import { RankingFeed, type RankingFeedOptions } from '../src/ranking-feed.ts';
import { RankingPages } from '../src/ranking-pages.ts';
import { Standings } from '../src/standings.ts';

/** The service as it runs, without its network. */
export async function openVotes(feedOptions: Partial<RankingFeedOptions> = {}) {
  const database = await createTestDatabase();
  const players = await createPlayers(database.admin);
  const sql = database.connect('anb_votes');
  const log = keptLog('votes');
  const sessions = new SessionCheck({ sql, log, issuer: ISSUER, audience: AUDIENCE });
  await sessions.start();
  const registry = new Registry();
  const standings = new Standings({ sql, log, registry });
  await standings.start();
  const pages = new RankingPages('https://anb.example/media');
  const feed = new RankingFeed({ standings, pages, registry, maxStreams: 100, ...feedOptions });
  const { verify } = sessions;
  /** Apps may differ in some of them; each has metrics of its own. */
  const dependencies = ({
    needsVerifiedEmail = false,
    ...others
  }: Partial<Dependencies> & { needsVerifiedEmail?: boolean } = {}): Dependencies => ({
    ...{ sql, log, registry: new Registry(), standings, pages, feed, verify, newbornMinutes: 30 },
    castVote: new BallotBox({ sql, log, registry: new Registry(), needsVerifiedEmail }).cast,
    ...others,
  });
  return {
    ...{ database, players, sql, log, registry, standings, pages, feed, dependencies },
    app: createApp(dependencies({ registry })),
    close: async () => {
      feed.drain();
      await standings.stop();
      await sessions.stop();
      await database.drop();
    },
  };
}
