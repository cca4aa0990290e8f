import { setTimeout as sleep } from 'node:timers/promises';
import type { Hold } from '@anb/testing/tcp-proxy';
import { type Result, reckon } from './reckoning.ts';
import { ask, newLedger, uploadPatiently } from './uploads.ts';
import { holdsWithin, untilFfmpegRuns, untilStatus } from './videos.ts';
import type { World } from './world.ts';

const GONE_SECONDS = 60;
/** For what was on its way to arrive. */
const LATE_MS = 2000;

interface Stage {
  /** Brings a new video to this stage. */
  reach: (world: World, upload: (bytes?: Buffer<ArrayBuffer>) => Promise<string>) => Promise<string>;
  /** What happens once the deletion has been seen to. */
  after?: (world: World) => void;
}

/** A movie by its first bytes only. */
const broken = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), Buffer.alloc(5000)]);

/** Deletes a private video in every stage of its life; nothing of it may be in the store a minute later. */
export async function deletion(world: World): Promise<Result> {
  const problems: string[] = [];
  await world.scaleTranscoders(3);
  const ledger = newLedger();
  const player = await world.signUp();
  let slowest = 0;
  for (const [stage, { reach, after }] of Object.entries(stages())) {
    const upload = (bytes = world.clip) => uploadPatiently(world, player, ledger, { bytes, isPublic: false });
    const id = await reach(world, upload);
    const start = performance.now();
    const { status } = await ask(world, player, 'DELETE', `/api/videos/${id}`);
    if (status !== 200) problems.push(`${stage}: deleting was answered ${status}`);
    const isGone = async () => (await world.bucket.objectsOf(id)).length === 0;
    if (after) {
      await holdsWithin(GONE_SECONDS, isGone);
      after(world);
      await sleep(LATE_MS);
    }
    if (world.transcoders.length === 0) await world.scaleTranscoders(1);
    if (!(await holdsWithin(GONE_SECONDS, isGone))) {
      problems.push(`${stage}: after ${GONE_SECONDS} s the store still has objects of the deleted video`);
    }
    const seconds = (performance.now() - start) / 1000;
    slowest = Math.max(slowest, seconds);
    world.say(`deletion: ${stage}, gone after ${seconds.toFixed(1)} s`);
  }
  const { problems: unkept, ...counts } = await reckon(world, ledger.accepted);
  return {
    problems: [...problems, ...unkept],
    figures: { ...counts, slowest_removal_s: Math.round(slowest) },
  };
}

function stages(): Record<string, Stage> {
  let hold: Hold | undefined;
  const release = () => hold?.release();
  /** The worker stands still in a request until the video is deleted. */
  const held =
    (find: (world: World) => Hold): Stage['reach'] =>
    async (world, upload) => {
      hold = find(world);
      const id = await upload();
      await hold.met;
      return id;
    };
  const download = held(({ s3, bucket }) => s3.hold('request', `GET /${bucket.name}/originals/`));
  const put = held(({ s3, bucket }) => s3.hold('request', `PUT /${bucket.name}/media/`));
  return {
    waiting: {
      reach: async (world, upload) => {
        await world.scaleTranscoders(0);
        return upload();
      },
    },
    download: { reach: download, after: release },
    ffmpeg: {
      reach: async (world, upload) => {
        const id = await upload(world.longClip);
        await untilFfmpegRuns(world);
        return id;
      },
    },
    'upload to the store': { reach: put, after: release },
    'upload to the store by a worker that dies': {
      reach: async (world, upload) => {
        const id = await upload();
        // How an MP4 file begins: the clip, behind the request's head.
        hold = world.s3.hold('request', 'ftyp');
        await hold.met;
        return id;
      },
      after: (world) => {
        // What was sent before the kill arrives after it.
        for (const worker of world.transcoders) worker.kill();
        release();
      },
    },
    processed: { reach: async (world, upload) => ended(world, await upload(), 'processed') },
    failed: { reach: async (world, upload) => ended(world, await upload(broken), 'failed') },
  };
}

async function ended(world: World, id: string, status: string): Promise<string> {
  await untilStatus(world, id, status, 60);
  return id;
}
