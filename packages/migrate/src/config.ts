import { databaseUrl, readEnv, secret } from '@anb/service-kit/env';

export const readConfig = () =>
  readEnv({
    /** Of a role that may create roles and owns the database. */
    DATABASE_URL: databaseUrl(),
    AUTH_DB_PASSWORD: secret(),
    VIDEOS_DB_PASSWORD: secret(),
    VOTES_DB_PASSWORD: secret(),
    TRANSCODER_DB_PASSWORD: secret(),
  });
