import { count, flag, readEnv } from '@anb/service-kit/env';
import {
  apiEnv,
  challengeEnv,
  challengePair,
  databaseEnv,
  publicEnv,
  serviceEnv,
  tokenEnv,
} from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv(
    {
      ...serviceEnv,
      ...apiEnv,
      ...databaseEnv,
      ...tokenEnv,
      ...publicEnv,
      ...challengeEnv,
      /** Two of them commit votes. */
      DATABASE_POOL: count(3, 100).default(10),
      /** Whether only voters whose e-mail is verified are counted. */
      VOTE_NEEDS_VERIFIED_EMAIL: flag().default(false),
      /** Votes that are taken of one account and of one address. */
      VOTES_PER_MINUTE_USER: count(1, 1_000_000).default(240),
      VOTES_PER_MINUTE_ADDRESS: count(1, 1_000_000).default(1200),
      /** Clients of one replica that may watch a ranking. */
      RANKING_STREAMS: count(1, 100_000).default(5000),
      /** From when on votes for one video are flagged for organisers to look at. */
      FLAG_WINDOW_MINUTES: count(1, 1440).default(15),
      FLAG_NETWORK_VOTES: count(2, 1_000_000).default(30),
      FLAG_ACCOUNT_VOTES: count(2, 1_000_000).default(30),
      FLAG_ACCOUNT_PERCENT: count(1, 100).default(80),
      FLAG_NEWBORN_MINUTES: count(1, 10_080).default(30),
    },
    [challengePair],
  );
