import { JobQueue } from '@anb/service-kit/queue';
import { createTestQueue } from '@anb/testing/cloud';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { keptLog } from '@anb/testing/logs';
import { createPlayers, createVideo } from '@anb/testing/players';
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Backlog } from '../src/backlog.ts';

const EVERY_MS = 50;
const log = keptLog('videos');

let database: TestDatabase;
let queue: JobQueue;
let deadLetters: JobQueue;
let backlog: Backlog | undefined;
const randomVideo = () => ({ video_id: crypto.randomUUID() });

beforeAll(async () => {
  const [database_, ...queues] = await Promise.all([
    createTestDatabase(),
    createTestQueue(),
    createTestQueue(),
  ]);
  database = database_;
  [queue, deadLetters] = queues.map((options) => new JobQueue(options)) as [JobQueue, JobQueue];
});
afterEach(() => backlog?.stop());
afterAll(async () => {
  for (const each of [queue, deadLetters]) each.close();
  await database.drop();
});

/** Starts to sample; what it hands back answers the lines of a scrape. */
function watch(parts: { queue?: JobQueue; deadLetters?: JobQueue } = {}) {
  const registry = new Registry();
  const sql = database.connect('anb_videos');
  backlog = new Backlog({ queue, deadLetters: undefined, ...parts, sql, log, registry, everyMs: EVERY_MS });
  backlog.start();
  const scrape = async () =>
    (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  return { sql, scrape };
}
const value = (lines: string[], series: string) =>
  Number(lines.find((line) => line.startsWith(`${series} `))?.split(' ')[1]);

describe('what waits', () => {
  test('is nothing in a new system, and is said so', async () => {
    const { scrape } = watch({ deadLetters });
    await vi.waitFor(
      async () =>
        expect((await scrape()).sort()).toEqual([
          'anb_jobs_leased 0',
          'anb_jobs_oldest_waiting_seconds 0',
          'anb_jobs_waiting 0',
          ...['oldest_seconds', 'pending'].flatMap((gauge) =>
            ['place_media', 'remove_media', 'remove_version', 'transcode'].map(
              (kind) => `anb_outbox_${gauge}{kind="${kind}"} 0`,
            ),
          ),
          'anb_queue_dead_letters 0',
          'anb_queue_messages{state="delayed"} 0',
          'anb_queue_messages{state="in_flight"} 0',
          'anb_queue_messages{state="visible"} 0',
        ]),
      5000,
    );
  });

  test('is counted and dated by the database: jobs without a living lease, and outbox entries', async () => {
    const { admin } = database;
    const { id: owner } = await (await createPlayers(admin)).signUp();
    const [waiting, , working, stopped] = await Promise.all(
      (['uploaded', 'uploaded', 'processing', 'processing', 'processed', 'failed'] as const).map((status) =>
        createVideo(admin, owner, { status }),
      ),
    );
    await createVideo(admin, owner, { status: 'uploaded', deleted: true });
    await admin`update videos.videos set queued_at = now() - interval '700 s' where id = ${waiting ?? ''}`;
    await admin`
      update videos.videos
      set lease_token = gen_random_uuid(), queued_at = now() - interval '1 day',
        lease_expires_at = now() + case when id = ${working ?? ''} then interval '1 hour' else interval '-1 s' end
      where id in (${working ?? ''}, ${stopped ?? ''})`;
    await admin`update videos.videos set queued_at = now() where id = ${stopped ?? ''}`;
    await admin`
      insert into videos.outbox (kind, video_id, created_at)
      select 'transcode', gen_random_uuid(), now() - make_interval(secs => age)
      from unnest(array[90, 20, -3600]) age`; // the last is for later

    const { scrape } = watch();
    // Two samplers: each has its own first sample.
    const lines = await vi.waitFor(async () => {
      const seen = await scrape();
      expect(value(seen, 'anb_jobs_waiting')).toBe(3);
      expect(value(seen, 'anb_outbox_pending{kind="transcode"}')).toBe(2);
      return seen;
    }, 5000);
    expect(value(lines, 'anb_jobs_leased')).toBe(1);
    expect(value(lines, 'anb_jobs_oldest_waiting_seconds')).toBeCloseTo(700, -1);
    expect(value(lines, 'anb_outbox_oldest_seconds{kind="transcode"}')).toBeCloseTo(90, -1);
    expect(value(lines, 'anb_outbox_pending{kind="remove_media"}')).toBe(0);
  });

  test('in SQS is counted by state, and dead letters even while somebody looks at them', async () => {
    await queue.send([randomVideo(), randomVideo(), randomVideo()]);
    await queue.receive(1, 60, AbortSignal.timeout(5000));
    await deadLetters.send([randomVideo(), randomVideo()]);
    await deadLetters.receive(1, 60, AbortSignal.timeout(5000));
    const { scrape } = watch({ deadLetters });
    await vi.waitFor(
      async () =>
        expect(await scrape()).toEqual(
          expect.arrayContaining([
            'anb_queue_messages{state="visible"} 2',
            'anb_queue_messages{state="in_flight"} 1',
            'anb_queue_dead_letters 2',
          ]),
        ),
      5000,
    );
  });

  test('has no series before it is known, nor for dead letters whose address is not given', async () => {
    const { scrape } = watch();
    expect(await scrape()).toEqual([]);
    await vi.waitFor(async () => expect((await scrape()).length).toBeGreaterThan(0), 5000);
    expect((await scrape()).join()).not.toContain('dead_letters');
  });
});

describe('what can no longer be known', () => {
  const expectNames = (scrape: () => Promise<string[]>, names: string[]) =>
    vi.waitFor(async () => {
      const seen = (await scrape()).map((line) => /^anb_[a-z]+/.exec(line)?.[0]);
      expect(new Set(seen)).toEqual(new Set(names));
    }, 5000);

  test('of SQS disappears, while the database is believed', async () => {
    const options = await createTestQueue();
    const lost = new JobQueue(options);
    const { scrape } = watch({ queue: lost });
    await expectNames(scrape, ['anb_jobs', 'anb_outbox', 'anb_queue']);
    await new SQSClient(options).send(new DeleteQueueCommand({ QueueUrl: options.queueUrl }));
    await expectNames(scrape, ['anb_jobs', 'anb_outbox']);
    lost.close();
  });

  test('of the database disappears, while SQS is believed', async () => {
    const { sql, scrape } = watch();
    await expectNames(scrape, ['anb_jobs', 'anb_outbox', 'anb_queue']);
    await sql.end();
    await expectNames(scrape, ['anb_queue']);
  });
});
