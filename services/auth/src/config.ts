import { count, file, readEnv } from '@anb/service-kit/env';
import { databaseEnv, serviceEnv, tokenEnv } from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv({
    ...serviceEnv,
    ...databaseEnv,
    ...tokenEnv,
    /** PEM of an EC P-256 key, PKCS #8 or SEC 1. */
    SIGNING_KEY_FILE: file(),
    /** Passwords hashed at once; each takes 19 MiB and a core for 20 ms. */
    HASH_CONCURRENCY: count(1, 16).default(2),
  });
