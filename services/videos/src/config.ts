import { count, readEnv } from '@anb/service-kit/env';
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
    ...publicEnv,
    MAX_UPLOAD_MB: count(1, 1000).default(100),
  });
