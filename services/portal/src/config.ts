import { readEnv, url } from '@anb/service-kit/env';
import { serviceEnv } from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv({
    ...serviceEnv,
    /** The votes service, inside the cluster. */
    VOTES_URL: url(),
  });
