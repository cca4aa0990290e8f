import { count, port, readEnv, text } from '@anb/service-kit/env';

export const readConfig = () =>
  readEnv({
    HOST: text().default('127.0.0.1'),
    /** Of S3 and SQS alike; 0 takes a free one. */
    PORT: port().default(4566),
    /** A folder for the objects. */
    DATA_DIR: text(),
    /** Made when it is not there yet. */
    BUCKET: text().optional(),
    /** A queue to make, and one for its dead letters. */
    QUEUE: text().optional(),
    VISIBILITY_SECONDS: count(3, 43_200).default(30),
  });
