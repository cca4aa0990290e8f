import { count, readEnv, url } from '@anb/service-kit/env';
import {
  apiEnv,
  databaseEnv,
  objectsEnv,
  publicEnv,
  queueEnv,
  serviceEnv,
  tokenEnv,
} from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv({
    ...serviceEnv,
    ...apiEnv,
    ...databaseEnv,
    /** The outbox holds a lock on one connection while it works on another. */
    DATABASE_POOL: count(2, 100).default(10),
    ...tokenEnv,
    ...objectsEnv,
    ...queueEnv,
    /** Where SQS puts what too many receives did not end; only to count it. */
    SQS_DEAD_LETTER_URL: url().optional(),
    ...publicEnv,
    /** Through the service. */
    MAX_UPLOAD_MB: count(1, 1000).default(100),
    /** Directly to the store. */
    MAX_DIRECT_UPLOAD_MB: count(1, 5000).default(500),
    /** Of one player: videos, and direct uploads under way. */
    MAX_VIDEOS: count(1, 100_000).default(100),
    MAX_DIRECT_UPLOADS: count(1, 1000).default(5),
    /** How often the queue is looked at for being empty while jobs wait. */
    SWEEP_SECONDS: count(1, 3600).default(60),
  });
