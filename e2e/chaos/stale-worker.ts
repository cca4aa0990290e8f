import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Hold } from '@anb/testing/tcp-proxy';
import { type Result, reckon } from './reckoning.ts';
import type { Replica } from './replica.ts';
import { newLedger, uploadPatiently } from './uploads.ts';
import { rowOf, untilFfmpegRuns, untilStatus, type VideoRow } from './videos.ts';
import type { World } from './world.ts';

/** Longer than what a worker that has not noticed needs to end its job. */
const WATCH_SECONDS = 12;

/** A worker stands still for longer than its lease lives, another ends the job, then the first one goes on. */
export async function staleWorker(world: World): Promise<Result> {
  const problems: string[] = [];
  const ledger = newLedger();
  const player = await world.signUp();
  for (const { moment, stand } of [
    { moment: 'ffmpeg', stand: standInFfmpeg },
    {
      moment: 'upload',
      stand: standAt(({ s3, bucket }) => s3.hold('request', `PUT /${bucket.name}/media/`)),
    },
    { moment: 'publish', stand: standAt(({ database }) => database.hold('request', 'videos.publish_v2')) },
  ]) {
    await world.scaleTranscoders(0);
    await world.scaleTranscoders(1);
    const standing = stand(world);
    standing.catch(() => {}); // Heard below, after the upload.
    const id = await uploadPatiently(world, player, ledger, { bytes: world.longClip });
    const { worker, goOn } = await standing;
    await world.addTranscoder();
    await untilStatus(world, id, 'processed', 90);
    const row = await rowOf(world, id);
    const before = { row, objects: await publishedObjects(world, id, row) };
    goOn();
    problems.push(...(await changesWhileWatched(world, id, before, moment)));
    if (!worker.log.some((line) => line.includes('lease lost'))) {
      problems.push(`${moment}: the stale worker never learnt that its lease was lost`);
    }
    if (worker.scratchLeft().length > 0) problems.push(`${moment}: the stale worker left its files behind`);
  }
  const { problems: unkept, ...counts } = await reckon(world, ledger.accepted);
  return { problems: [...problems, ...unkept], figures: counts };
}

interface Standing {
  worker: Replica;
  goOn: () => void;
}

async function standInFfmpeg(world: World): Promise<Standing> {
  const worker = await untilFfmpegRuns(world);
  await sleep(1000);
  worker.pause();
  return { worker, goOn: () => worker.resume() };
}

/** What it was sending arrives when it goes on, as from a socket's buffer. */
function standAt(hold: (world: World) => Hold) {
  return async (world: World): Promise<Standing> => {
    const [worker] = world.transcoders;
    if (!worker) throw new Error('there is no worker');
    const { met, release } = hold(world);
    await met;
    worker.pause();
    return {
      worker,
      goOn: () => {
        release();
        worker.resume();
      },
    };
  };
}

/** The stale worker's own may lie beside them for a while. */
const publishedObjects = async (world: World, id: string, { media_version }: VideoRow) =>
  (await world.bucket.objectsOf(id)).filter(
    ({ key }) => key.startsWith('originals/') || key.includes(`/${media_version}/`),
  );

/** An object of its own version may appear for a moment, but what was published must never change. */
async function changesWhileWatched(
  world: World,
  id: string,
  before: { row: unknown; objects: { key: string }[] },
  moment: string,
): Promise<string[]> {
  const deadline = performance.now() + WATCH_SECONDS * 1000;
  let extra: string[] = [];
  while (performance.now() < deadline) {
    const objects = await world.bucket.objectsOf(id);
    const published = before.objects.map(({ key }) => objects.find((object) => object.key === key));
    if (!isDeepStrictEqual(published, before.objects)) return [`${moment}: a published object was changed`];
    if (!isDeepStrictEqual(await rowOf(world, id), before.row)) return [`${moment}: the row was changed`];
    extra = objects.map(({ key }) => key).filter((key) => !before.objects.some((known) => known.key === key));
    await sleep(200);
  }
  return extra.map((key) => `${moment}: the stale worker left ${key}`);
}
