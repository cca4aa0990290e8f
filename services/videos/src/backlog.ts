import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import type { JobQueue } from '@anb/service-kit/queue';
import { Sampler } from '@anb/service-kit/sampler';
import type { Registry } from 'prom-client';
import { jobBacklog } from './store/jobs.ts';
import { outboxBacklog, outboxKinds } from './store/outbox.ts';

export interface BacklogOptions {
  sql: Sql;
  queue: JobQueue;
  /** The queue's dead letters; without it nothing is said of them. */
  deadLetters: JobQueue | undefined;
  log: Logger;
  registry: Registry;
  everyMs?: number;
}

/** Shows what waits in the database and in SQS. Every replica shows the same: rules take the max(). */
export class Backlog {
  readonly #samplers: Sampler<unknown>[];

  constructor(options: BacklogOptions) {
    // One each: when SQS is away the database's are still true.
    this.#samplers = [sampleJobs(options), sampleOutbox(options), sampleQueue(options)];
    if (options.deadLetters) this.#samplers.push(sampleDeadLetters(options, options.deadLetters));
  }

  start(): void {
    for (const sampler of this.#samplers) sampler.start();
  }

  stop(): void {
    for (const sampler of this.#samplers) sampler.stop();
  }
}

function sampleJobs({ sql, ...options }: BacklogOptions) {
  const jobs = new Sampler({ ...options, what: 'jobs', read: () => jobBacklog(sql) });
  jobs.gauge(
    { name: 'anb_jobs_waiting', help: 'Unfinished videos that no worker has in hand.' },
    (gauge, { waiting }) => gauge.set(waiting),
  );
  jobs.gauge(
    { name: 'anb_jobs_leased', help: 'Unfinished videos that a worker has in hand.' },
    (gauge, { leased }) => gauge.set(leased),
  );
  jobs.gauge(
    {
      name: 'anb_jobs_oldest_waiting_seconds',
      help: 'Time since the upload of the oldest unfinished video that no worker has in hand; 0 without one.',
    },
    (gauge, { oldestWaitingSeconds }) => gauge.set(oldestWaitingSeconds),
  );
  return jobs;
}

function sampleOutbox({ sql, ...options }: BacklogOptions) {
  const outbox = new Sampler({ ...options, what: 'outbox', read: () => outboxBacklog(sql) });
  const gauges = [
    ['anb_outbox_pending', 'Outbox entries that wait, by kind.', 'pending'],
    [
      'anb_outbox_oldest_seconds',
      'Age of the oldest outbox entry that waits; 0 without one.',
      'oldestSeconds',
    ],
  ] as const;
  for (const [name, help, column] of gauges) {
    outbox.gauge({ name, help, labelNames: ['kind'] }, (gauge, rows) => {
      for (const kind of outboxKinds)
        gauge.set({ kind }, rows.find((row) => row.kind === kind)?.[column] ?? 0);
    });
  }
  return outbox;
}

function sampleQueue({ queue, ...options }: BacklogOptions) {
  const depth = new Sampler({ ...options, what: 'queue', read: (signal) => queue.state(signal) });
  depth.gauge(
    { name: 'anb_queue_messages', help: 'Messages in the transcode queue, by state.', labelNames: ['state'] },
    (gauge, { visible, inFlight, delayed }) => {
      gauge.set({ state: 'visible' }, visible);
      gauge.set({ state: 'in_flight' }, inFlight);
      gauge.set({ state: 'delayed' }, delayed);
    },
  );
  return depth;
}

function sampleDeadLetters(options: BacklogOptions, queue: JobQueue) {
  const depth = new Sampler({ ...options, what: 'dead letters', read: (signal) => queue.state(signal) });
  depth.gauge(
    { name: 'anb_queue_dead_letters', help: 'Messages that SQS gave up handing out.' },
    // Somebody who looks at them hides them for a while; they are still there.
    (gauge, { visible, inFlight, delayed }) => gauge.set(visible + inFlight + delayed),
  );
  return depth;
}
