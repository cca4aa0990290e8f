import { changesOf } from './history.ts';
import { type Result, reckon } from './reckoning.ts';
import type { Replica } from './replica.ts';
import { newLedger, uploadPatiently } from './uploads.ts';
import { rowOf, until, untilFfmpegRuns, untilStatus } from './videos.ts';
import type { World } from './world.ts';

/** How much longer than its visibility a dead worker's job may lie. */
const SLACK_SECONDS = 5;

interface Caught {
  id: string;
  worker: Replica | undefined;
  /** Lets through what was stopped on its way. */
  release?: () => void;
}

/** Sends a clip and catches a worker in one moment of its job. */
type Moment = (world: World, send: (bytes: World['clip']) => Promise<string>) => Promise<Caught>;

const moments: Record<string, Moment> = {
  ffmpeg: async (world, send) => ({ id: await send(world.longClip), worker: await untilFfmpegRuns(world) }),
  // The clip is in the store already, and no row names it.
  storing: async (world, send) => {
    const { met, release } = world.s3.hold('request', /^PUT \S+poster\.jpg/);
    const id = await send(world.clip);
    await met;
    return { id, worker: world.transcoders.find((each) => each.scratchLeft().length > 0), release };
  },
};

/** Kills a worker in the middle of a job and takes the time until another one holds it, and has ended it. */
export async function takeover(world: World, visibilitySeconds: number): Promise<Result> {
  const ledger = newLedger();
  const player = await world.signUp();
  const problems: string[] = [];
  const took = { takeover_s: 0, processed_after_s: 0 };
  const settings = { VISIBILITY_SECONDS: String(visibilitySeconds) };
  await world.scaleTranscoders(0);
  await Promise.all([world.addTranscoder(settings), world.addTranscoder(settings)]);
  for (const [moment, catchIn] of Object.entries(moments)) {
    const { id, worker, release } = await catchIn(world, (bytes) =>
      uploadPatiently(world, player, ledger, { bytes }),
    );
    const { lease_token: dead } = await rowOf(world, id);
    const [clock] = await world.admin<{ now: Date }[]>`select clock_timestamp() as now`;
    if (!worker) throw new Error('nobody holds the job');
    worker.kill();
    const isTaken = async () => (await rowOf(world, id)).lease_token !== dead;
    await until('another worker holds the job', visibilitySeconds + 60, isTaken);
    // Later than one visibility from now it would outlive what removes the dead worker's media.
    release?.();
    await untilStatus(world, id, 'processed');

    const changes = await changesOf(world.admin, id);
    const next = changes.find(({ lease_token }) => lease_token !== null && lease_token !== dead);
    const end = changes.find(({ status }) => status === 'processed');
    const since = (at: Date | undefined) =>
      ((at?.getTime() ?? Number.NaN) - (clock?.now.getTime() ?? 0)) / 1000;
    if (!(since(next?.at) <= visibilitySeconds + SLACK_SECONDS)) {
      problems.push(`${moment}: a dead worker's job was taken over after ${since(next?.at)} s`);
    }
    took.takeover_s = Math.max(took.takeover_s, since(next?.at));
    took.processed_after_s = Math.max(took.processed_after_s, since(end?.at));
  }
  const { problems: unkept, ...counts } = await reckon(world, ledger.accepted);
  return { problems: [...problems, ...unkept], figures: { ...counts, ...took } };
}
