import { readEnv } from '@anb/service-kit/env';
import { databaseEnv, publicEnv, serviceEnv, tokenEnv } from '@anb/service-kit/service-env';

export const readConfig = () => readEnv({ ...serviceEnv, ...databaseEnv, ...tokenEnv, ...publicEnv });
