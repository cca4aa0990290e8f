import { port, readEnv, text, url } from '@anb/service-kit/env';

export const readConfig = () =>
  readEnv({
    HOST: text().default('0.0.0.0'),
    PORT: port().default(8080),
    AUTH_URL: url(),
    VIDEOS_URL: url(),
    VOTES_URL: url(),
    PORTAL_URL: url(),
    /** The object store. */
    STORE_URL: url(),
  });
