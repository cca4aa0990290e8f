import { tmpdir } from 'node:os';
import { count, readEnv, seconds, text } from '@anb/service-kit/env';
import { databaseEnv, objectsEnv, queueEnv, serviceEnv } from '@anb/service-kit/service-env';

const { PORT: _none, ...workerEnv } = serviceEnv;

export const readConfig = () =>
  readEnv({
    ...workerEnv,
    /** How long the job in hand may go on after SIGTERM before it is given back. */
    DRAIN_SECONDS: seconds(0, 7200).default(0),
    ...databaseEnv,
    DATABASE_POOL: databaseEnv.DATABASE_POOL.default(2),
    ...objectsEnv,
    ...queueEnv,
    /** How long a job stays with a worker that gives no sign of life. */
    VISIBILITY_SECONDS: count(3, 600).default(30),
    FFMPEG_PATH: text().default('ffmpeg'),
    FFPROBE_PATH: text().default('ffprobe'),
    /** A folder for files in work; three times the largest upload must fit. */
    SCRATCH_DIR: text().default(tmpdir()),
  });
