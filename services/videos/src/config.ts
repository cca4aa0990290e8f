import { count, readEnv, url } from '@anb/service-kit/env';
import {
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
    ...databaseEnv,
    ...tokenEnv,
    ...objectsEnv,
    ...queueEnv,
    /** Where SQS puts what too many receives did not end; only to count it. */
    SQS_DEAD_LETTER_URL: url().optional(),
    ...publicEnv,
    MAX_UPLOAD_MB: count(1, 1000).default(100),
  });
