import { type Expression, text, when } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { type Config, databaseCaFile, type SecretFile, secretPath } from './pod.ts';

const { database, storage, queue, dev } = values;

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

/** Where signed addresses lead, which a browser opens. */
export const signedUrlConfig: Config = {
  S3_PUBLIC_ENDPOINT: when(storage.publicEndpoint, text`${storage.publicEndpoint}`),
};

/** For the metrics on dead letters. */
export const deadLetterConfig: Config = {
  SQS_DEAD_LETTER_URL: when(queue.deadLetterUrl, text`${queue.deadLetterUrl}`),
};
