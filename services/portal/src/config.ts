import { count, flag, origin, readEnv, text, url } from '@anb/service-kit/env';
import { publicEnv, serviceEnv } from '@anb/service-kit/service-env';

export const readConfig = () =>
  readEnv(
    {
      ...serviceEnv,
      ...publicEnv,
      /** The votes service, inside the cluster. */
      VOTES_URL: url(),
      /** The videos service, inside the cluster. */
      VIDEOS_URL: url(),
      /** Where browsers reach the object store, when that is not at PUBLIC_URL. */
      STORE_ORIGIN: origin().optional(),
      /** The largest file that the videos service takes directly; to be said before somebody chooses one. */
      MAX_DIRECT_UPLOAD_MB: count(1, 5000).default(500),
      /** Whether /_componentes shows all components, for who works on them. */
      COMPONENTS_PAGE: flag().default(false),
      /** The organisation's, for who asks about the rules or their data. */
      CONTACT_EMAIL: text()
        .regex(/^[^\s@]+@[^\s@]+$/, { error: ({ input }) => `"${input}" is not an e-mail address` })
        .optional(),
      /** Of the provider of the bot challenge, where auth and votes ask for one. */
      CHALLENGE_SCRIPT_URL: url().optional(),
      /** The public one, of this site with that provider. */
      CHALLENGE_SITE_KEY: text().optional(),
    },
    [['CHALLENGE_SCRIPT_URL', 'CHALLENGE_SITE_KEY']],
  );
