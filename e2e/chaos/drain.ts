import { setTimeout as sleep } from 'node:timers/promises';
import { type Result, reckon } from './reckoning.ts';
import type { Replica, Stopped } from './replica.ts';
import { type Ledger, newLedger, uploadPatiently } from './uploads.ts';
import { rowOf, until, untilFfmpegRuns, untilStatus } from './videos.ts';
import type { World } from './world.ts';

const GRACE_SECONDS = 30;
/** More often than a job may fail. */
const STOPS_IN_A_ROW = 6;
/** What stood still goes on so long after the signal: a worker must still be there for it. */
const LATE_MS = 100;

/** Arranges for a moment of a job; `met` comes when the worker is in it, `release` lets what stood still go on. */
type Moment = (world: World, worker: Replica) => { met: Promise<unknown>; release: () => void };

const moments: Record<string, Moment> = {
  receive: ({ sqs }) => sqs.hold('answer', 'ReceiptHandle'),
  download: ({ s3, bucket }) => s3.hold('request', `GET /${bucket.name}/originals/`),
  ffmpeg: (_world, worker) => ({
    met: until('ffmpeg runs', 30, () => worker.isTranscoding()),
    release: () => {},
  }),
  upload: ({ s3, bucket }) => s3.hold('request', `PUT /${bucket.name}/media/`),
  delete: ({ sqs }) => sqs.hold('request', 'AmazonSQS.DeleteMessage'),
};

/** SIGTERM in every moment of a job: the message goes back, nothing counts as a failure, the worker ends with 0. */
export async function drain(world: World): Promise<Result> {
  const problems: string[] = [];
  const ledger = newLedger();
  let slowest = 0;
  let most = 0;
  const note = (moment: string, { code, seconds }: Stopped) => {
    slowest = Math.max(slowest, seconds);
    if (code !== 0) problems.push(`${moment}: the worker ended with ${code} after ${seconds.toFixed(1)} s`);
  };
  const finish = async (moment: string, id: string, stops: number) => {
    await world.addTranscoder();
    await untilStatus(world, id, 'processed', 90);
    const spent = world.receives.of(id) - 1;
    most = Math.max(most, spent / stops);
    if (spent > stops) problems.push(`${moment}: ${stops} stops cost ${spent} receives`);
    world.say(`drain: ${moment}, ${stops} stops, ${spent} receives`);
  };

  await world.scaleTranscoders(1);
  await sleep(1000);
  note('idle', await (await onlyWorker(world)).stop(GRACE_SECONDS));
  await finish('idle', await uploadPatiently(world, await world.signUp(), ledger), 1);

  for (const [moment, arrange] of Object.entries(moments)) {
    const { id, stopped } = await stopIn(world, arrange, ledger);
    note(moment, stopped);
    problems.push(...(await traces(world, id, moment)));
    await finish(moment, id, 1);
  }

  const id = await uploadPatiently(world, await world.signUp(), ledger, { bytes: world.longClip });
  for (let stop = 0; stop < STOPS_IN_A_ROW; stop++) {
    if (stop > 0) await world.addTranscoder();
    await untilFfmpegRuns(world);
    note('in a row', await (await onlyWorker(world)).stop(GRACE_SECONDS));
    problems.push(...(await traces(world, id, `stop ${stop + 1} in a row`)));
  }
  await finish('in a row', id, STOPS_IN_A_ROW);

  const { problems: unkept, ...counts } = await reckon(world, ledger.accepted);
  return {
    problems: [...problems, ...unkept],
    figures: { ...counts, slowest_exit_s: Math.round(slowest * 10) / 10, receives_per_stop: most },
  };
}

async function stopIn(world: World, arrange: Moment, ledger: Ledger) {
  const worker = await onlyWorker(world);
  const { met, release } = arrange(world, worker);
  const bytes = arrange === moments.ffmpeg ? world.longClip : world.clip;
  const id = await uploadPatiently(world, await world.signUp(), ledger, { bytes });
  await met;
  const stopping = worker.stop(GRACE_SECONDS);
  await sleep(LATE_MS);
  release();
  return { id, stopped: await stopping };
}

async function onlyWorker(world: World): Promise<Replica> {
  const [worker] = world.transcoders;
  if (!worker) throw new Error('there is no worker');
  return world.release(worker);
}

/** What a drain must not leave: an attempt, a failure, a lease, a message that nobody may take yet. */
async function traces(world: World, id: string, moment: string): Promise<string[]> {
  const { status, attempts, lease_token, deaths } = await rowOf(world, id);
  if (status === 'processed') return [];
  const { visible } = await world.queues.transcode.state();
  const found = JSON.stringify({ status, attempts, deaths, leased: lease_token !== null, visible });
  const clean =
    ['uploaded', 'processing'].includes(status) &&
    attempts + deaths === 0 &&
    lease_token === null &&
    visible === 1;
  return clean ? [] : [`${moment}: the stopped worker left ${found}`];
}
