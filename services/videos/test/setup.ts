import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { openServer } from '@anb/service-kit/service';
import { SessionCheck } from '@anb/service-kit/session';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { createTestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { AUDIENCE, createPlayers, ISSUER } from '@anb/testing/players';
import { Registry } from 'prom-client';
import { createApp, type Dependencies } from '../src/app.ts';
import { OutboxPublisher } from '../src/outbox.ts';
import { ProgressFeed } from '../src/progress-feed.ts';

export const MEDIA = 'https://anb.example/media';
export const MAX_UPLOAD_BYTES = 1024 * 1024;
export const MAX_DIRECT_UPLOAD_BYTES = 40 * 1024 * 1024;
export const QUOTA = { videos: 100, directUploads: 3 };

/** The service with everything real around it; `outbox` runs only once it is started. */
export async function startVideos() {
  const [database, bucket, queueOptions] = await Promise.all([
    createTestDatabase(),
    createTestBucket(),
    createTestQueue(),
  ]);
  const players = await createPlayers(database.admin);
  const queries: string[] = [];
  const sql = database.connect('anb_videos', (query) => queries.push(query));
  const log = keptLog('videos');
  const objects = new ObjectStore(bucket);
  const queue = new JobQueue(queueOptions);
  const deadLetters = new JobQueue({
    ...queueOptions,
    queueUrl: (await queue.state()).redrive?.deadLetterUrl ?? '',
  });
  const sessions = new SessionCheck({ sql, log, issuer: ISSUER, audience: AUDIENCE });
  await sessions.start();
  const registry = new Registry();
  const outbox = new OutboxPublisher({ sql, queue, objects, log, registry });
  const progress = new ProgressFeed({
    ...{ sql, log, registry, pollMs: 100, heartbeatMs: 300 },
    ...{ maxStreams: 20, maxStreamsEach: 15 },
  });
  const dependencies = {
    sql,
    queue,
    deadLetters,
    progress,
    log,
    registry,
    objects,
    verify: sessions.verify,
    wakeOutbox: outbox.wake,
    mediaBaseUrl: MEDIA,
    maxUploadBytes: MAX_UPLOAD_BYTES,
    maxDirectUploadBytes: MAX_DIRECT_UPLOAD_BYTES,
    quota: QUOTA,
  };
  const app = createApp(dependencies);
  const servers: Server[] = [];
  return {
    database,
    sql,
    /** Every statement of the service. */
    queries,
    registry,
    queueOptions,
    bucket,
    players,
    objects,
    queue,
    deadLetters,
    progress,
    outbox,
    app,
    /** Another app beside it, with something replaced. */
    appWith: (replaced: Partial<Dependencies>) =>
      createApp({ ...dependencies, registry: new Registry(), ...replaced }),
    /** The address of an app behind the service's own server; an upload is read from the connection. */
    serve: async ({ fetch }: Pick<typeof app, 'fetch'>) => {
      const server = openServer({ fetch });
      servers.push(server);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    stop: async () => {
      for (const server of servers) server.close().closeAllConnections();
      await outbox.stop();
      await sessions.stop();
      objects.close();
      queue.close();
      deadLetters.close();
      await database.drop();
    },
  };
}

export type Videos = Awaited<ReturnType<typeof startVideos>>;

/** Bytes that begin like an MP4. */
export const movie = (bytes = 1000) =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(bytes - 12, 7)]);
