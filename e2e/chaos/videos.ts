import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

export interface VideoRow extends Record<string, unknown> {
  status: string;
  failure_code: string | null;
  attempts: number;
  deaths: number;
  lease_token: string | null;
  media_version: string | null;
}

/** The whole row, as it stands. */
export async function rowOf({ admin }: World, videoId: string): Promise<VideoRow> {
  const [row] = await admin<VideoRow[]>`select * from videos.videos where id = ${videoId}`;
  if (!row) throw new Error(`there is no video ${videoId}`);
  return row;
}

/** @returns whether it came to hold in time */
export async function holdsWithin(
  seconds: number,
  holds: () => Promise<boolean> | boolean,
): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

export async function until(
  what: string,
  seconds: number,
  holds: () => Promise<boolean> | boolean,
): Promise<void> {
  if (!(await holdsWithin(seconds, holds))) throw new Error(`${what}: not after ${seconds} s`);
}

export const untilStatus = (world: World, videoId: string, status: string, seconds = 60) =>
  until(`${videoId} ${status}`, seconds, async () => (await rowOf(world, videoId)).status === status);

/** Resolves when one of the workers has ffmpeg running, with that worker. */
export async function untilFfmpegRuns(world: World, seconds = 30): Promise<Replica> {
  let busy: Replica | undefined;
  await until('ffmpeg runs', seconds, () => {
    busy = world.transcoders.find((replica) => replica.isTranscoding());
    return busy !== undefined;
  });
  if (!busy) throw new Error('nobody transcodes');
  return busy;
}
