import { count, readEnv, secret } from '@anb/service-kit/env';
import { connectionEnv } from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv({
    /** The database, as a role that may create roles and owns it. */
    ...connectionEnv,
    AUTH_DB_PASSWORD: secret(),
    VIDEOS_DB_PASSWORD: secret(),
    VOTES_DB_PASSWORD: secret(),
    TRANSCODER_DB_PASSWORD: secret(),
    /** How long to try while the server does not answer yet. */
    DATABASE_WAIT_SECONDS: count(0, 3600).default(60),
  });
