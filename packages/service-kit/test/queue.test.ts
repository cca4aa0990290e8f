import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestQueue } from '@anb/testing/cloud';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { JobQueue, type ReceivedMessage } from '../src/queue.ts';

let options: Awaited<ReturnType<typeof createTestQueue>>;
let queue: JobQueue;

beforeEach(async () => {
  options = await createTestQueue();
  queue = new JobQueue(options);
});
afterEach(() => queue.close());

const job = () => ({ video_id: randomUUID() });
async function receive(from = queue, visibilitySeconds = 30): Promise<ReceivedMessage> {
  const message = await from.receive(5, visibilitySeconds);
  if (!message) throw new Error('no message came');
  return message;
}
const seconds = async (doing: Promise<unknown>) => {
  const start = performance.now();
  await doing;
  return (performance.now() - start) / 1000;
};

describe('a message', () => {
  test('arrives as it was sent, with its group, its time and how often it came', async () => {
    const message = { ...job(), request_id: 'r-1', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
    expect(await queue.send([{ ...message, group: '42' }])).toEqual(new Set([0]));
    const received = await receive();
    expect(received).toMatchObject({ receives: 1, group: '42' });
    expect(JSON.parse(received.body)).toEqual(message);
    expect(Math.abs(Date.now() - (received.sentAt?.getTime() ?? 0))).toBeLessThan(60_000);
  });

  test('goes to one receiver at a time, and comes back after its visibility', async () => {
    await queue.send([job()]);
    const received = await receive(queue, 4);
    expect(await queue.receive(1, 4)).toBeNull();
    expect(await receive(queue, 4)).toMatchObject({ body: received.body, receives: 2 });
  });

  test('can be hidden longer, or put back at once', async () => {
    await queue.send([job()]);
    const received = await receive(queue, 1);
    await queue.hide(received.receipt, 30);
    await sleep(1_200);
    expect(await queue.receive(0, 30)).toBeNull();
    await queue.hide(received.receipt, 0);
    expect(await receive()).toMatchObject({ receives: 2 });
  });

  test('is gone once it is deleted', async () => {
    await queue.send([job()]);
    const received = await receive(queue, 1);
    await queue.delete(received.receipt);
    expect(await queue.receive(2, 1)).toBeNull();
  });

  test('received ten times goes to the dead letters, with its group', async () => {
    await queue.send([{ ...job(), group: '42' }]);
    const { redrive } = await queue.state();
    expect(redrive).toMatchObject({ maxReceives: 10 });
    let received = await receive();
    for (let receives = 1; receives < 10; receives++) {
      await queue.hide(received.receipt, 0);
      received = await receive();
    }
    expect(received.receives).toBe(10);
    await queue.hide(received.receipt, 0);
    expect(await queue.receive(1, 30)).toBeNull();

    const deadLetters = new JobQueue({ ...options, queueUrl: redrive?.deadLetterUrl ?? '' });
    expect(await receive(deadLetters)).toMatchObject({ body: received.body, group: '42' });
    deadLetters.close();
  });
});

describe('ten messages', () => {
  test('are taken in one go, each received by one', async () => {
    const jobs = Array.from({ length: 10 }, job);
    expect(await queue.send(jobs)).toEqual(new Set(jobs.keys()));
    const received = await Promise.all(jobs.map(() => receive()));
    expect(new Set(received.map(({ body }) => JSON.parse(body).video_id))).toEqual(
      new Set(jobs.map(({ video_id }) => video_id)),
    );
  });

  test('are counted as visible or in flight', async () => {
    await queue.send(Array.from({ length: 10 }, job));
    await receive();
    // SQS counts approximately.
    await vi.waitFor(
      async () => expect(await queue.state()).toMatchObject({ visible: 9, inFlight: 1, delayed: 0 }),
      { timeout: 15_000, interval: 500 },
    );
  });
});

describe('a long poll', () => {
  test('waits for a message, and ends as soon as one is there', async () => {
    const waiting = receive(queue);
    await sleep(1_000);
    const message = job();
    expect(await seconds(queue.send([message]).then(() => waiting))).toBeLessThan(3);
    expect((await waiting).body).toBe(JSON.stringify(message));
  });

  test('ends without one when its time is over', async () => {
    let received: ReceivedMessage | null = null;
    const took = await seconds(
      queue.receive(2, 30).then((message) => {
        received = message;
      }),
    );
    expect(received).toBeNull();
    expect(took).toBeGreaterThan(1.8);
    expect(took).toBeLessThan(4);
  });

  test('ends at once when it is aborted', async () => {
    const stop = new AbortController();
    const left = queue.receive(20, 30, stop.signal).catch((error: Error) => error.name);
    await sleep(200);
    stop.abort();
    expect(await seconds(left)).toBeLessThan(5);
    expect(await left).toBe('AbortError');
  });
});
