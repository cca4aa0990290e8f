import { count, file, folder, readEnv, seconds, secret, text } from '@anb/service-kit/env';
import {
  apiEnv,
  challengeEnv,
  challengePair,
  databaseEnv,
  publicEnv,
  serviceEnv,
  tokenEnv,
} from '@anb/service-kit/service-env';

export const keysEnv = {
  /** Each file is the PEM of an EC P-256 key, PKCS #8 or SEC 1. */
  SIGNING_KEYS_DIR: folder(),
  /** How long a new key is published before it signs. */
  KEY_WAIT_SECONDS: seconds(4, 86_400).default(300),
};

/** Treated as a secret, for people put passwords into URLs. */
const mailUrl = () =>
  secret()
    .refine((value) => URL.canParse(value) && /^(smtps?:\/\/[^/]|file:\/\/\/)/.test(value), {
      error: 'is not smtp://HOST:PORT, smtps://HOST:PORT or file:///FOLDER (its value is never shown)',
      abort: true,
    })
    .refine((value) => new URL(value).username === '' && new URL(value).password === '', {
      error: 'must name nobody: MAIL_USERNAME and MAIL_PASSWORD_FILE do',
    });

export const mailEnv = {
  /** Links in mails begin with it. */
  PUBLIC_URL: publicEnv.PUBLIC_URL,
  MAIL_URL: mailUrl(),
  MAIL_USERNAME: text().optional(),
  /** Read anew for every mail. */
  MAIL_PASSWORD_FILE: file().optional(),
  MAIL_FROM: text().regex(/^([^<>@"]+ )?<?[^\s<>@",]+@[^\s<>@",]+>?$/, {
    error: 'is not an address, as in: ANB Rising Stars <no-reply@example.com>',
  }),
};

/** Both or neither. */
export const mailPair = ['MAIL_USERNAME', 'MAIL_PASSWORD_FILE'] as const;

export const readConfig = () =>
  readEnv(
    {
      ...serviceEnv,
      ...apiEnv,
      ...databaseEnv,
      ...tokenEnv,
      ...mailEnv,
      ...keysEnv,
      /** Passwords hashed at once; each takes 19 MiB and a core for 20 ms. */
      HASH_CONCURRENCY: count(1, 16).default(2),
      ...challengeEnv,
    },
    [challengePair, mailPair],
  );
