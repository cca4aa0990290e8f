import { Expression, text, when } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { type Config, databaseCaFile, type SecretFile, secretPath } from './pod.ts';

const { database, storage, queue, mail, secrets, dev } = values;

interface Database {
  readonly login: string;
  readonly pool: Expression<number>;
  readonly secret: { existingSecret: Expression<string>; passwordKey: Expression<string> };
}

const passwordFile = { folder: 'database', file: 'password' };

/** How a program reaches Postgres; the password comes in a file, so that a new one needs no restart. */
export const databaseConfig = ({ login, pool }: Database): Config => ({
  DATABASE_URL: databaseUrl(`anb_${login}`),
  DATABASE_PASSWORD_FILE: secretPath(passwordFile),
  DATABASE_CA_FILE: when(database.caConfigMap, databaseCaFile),
  DATABASE_POOL: text`${pool}`,
});

export const databaseUrl = (login: string) =>
  text`postgres://${login}@${database.host}:${database.port}/${database.name}?sslmode=${database.sslMode}`;

export const databaseSecret = ({ secret }: Database): SecretFile => ({
  ...passwordFile,
  secret: secret.existingSecret,
  key: secret.passwordKey,
});

/** S3 and SQS; in AWS the credentials come from the pod's identity. */
export const awsConfig: Config = {
  AWS_REGION: text`${values.aws.region}`,
  S3_BUCKET: text`${storage.bucket}`,
  S3_ENDPOINT: when(storage.endpoint, text`${storage.endpoint}`),
  SQS_QUEUE_URL: text`${queue.url}`,
  SQS_ENDPOINT: when(queue.endpoint, text`${queue.endpoint}`),
  AWS_ACCESS_KEY_ID: when(dev.enabled, 'development'),
  AWS_SECRET_ACCESS_KEY: when(dev.enabled, 'development'),
};

export const publicConfig: Config = {
  PUBLIC_URL: text`${values.publicUrl}`,
  MEDIA_BASE_URL: when(values.mediaBaseUrl, text`${values.mediaBaseUrl}`),
};

export const browserConfig: Config = {
  CORS_ORIGINS: when(values.corsOrigins, text`${values.corsOrigins}`),
};

/** Where signed addresses lead, which a browser opens. */
export const signedUrlConfig: Config = {
  S3_PUBLIC_ENDPOINT: when(storage.publicEndpoint, text`${storage.publicEndpoint}`),
};

/** Where they lead; the portal's pages let a browser go there. */
export const storeOrigin = new Expression(
  'include "rising-stars.storeOrigin" .',
  `https://${storage.bucket.plain}.s3.${values.aws.region.plain}.amazonaws.com`,
);

/** A bot challenge; its secret is read anew each time. */
export const challengeSecret: SecretFile = {
  folder: 'challenge',
  file: 'secret',
  secret: values.challenge.existingSecret,
  key: values.challenge.key,
  isNeeded: values.challenge.verifyUrl,
};
export const challengeConfig: Config = {
  CHALLENGE_VERIFY_URL: when(values.challenge.verifyUrl, text`${values.challenge.verifyUrl}`),
  CHALLENGE_SECRET_FILE: when(values.challenge.verifyUrl, secretPath(challengeSecret)),
};

/** The half of it that pages show. */
export const widgetConfig: Config = {
  CHALLENGE_SCRIPT_URL: when(values.challenge.scriptUrl, text`${values.challenge.scriptUrl}`),
  CHALLENGE_SITE_KEY: when(values.challenge.siteKey, text`${values.challenge.siteKey}`),
};

/** For the metrics on dead letters. */
export const deadLetterConfig: Config = {
  SQS_DEAD_LETTER_URL: when(queue.deadLetterUrl, text`${queue.deadLetterUrl}`),
};

export const mailSecret: SecretFile = {
  folder: 'smtp',
  file: 'password',
  secret: secrets.smtp.existingSecret,
  key: secrets.smtp.passwordKey,
  isNeeded: mail.username,
};

/** A development cluster has no mail server: mails lie in the pod, and their text in its log. */
export const mailConfig: Config = {
  MAIL_URL: new Expression(
    'include "rising-stars.mailUrl" .',
    `smtp://${mail.host.plain}:${mail.port.plain}`,
  ),
  MAIL_FROM: text`${mail.from}`,
  MAIL_USERNAME: when(mail.username, text`${mail.username}`),
  MAIL_PASSWORD_FILE: when(mail.username, secretPath(mailSecret)),
};
