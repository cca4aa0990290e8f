import { changesOf } from './history.ts';
import { type Result, reckon } from './reckoning.ts';
import { newLedger, uploadPatiently } from './uploads.ts';
import { rowOf, untilFfmpegRuns, untilStatus } from './videos.ts';
import type { World } from './world.ts';

/** How much longer than its visibility a dead worker's job may lie. */
const SLACK_SECONDS = 15;

/** Kills a worker in the middle of ffmpeg and takes the time until another one holds its job, and has ended it. */
export async function takeover(world: World, visibilitySeconds: number): Promise<Result> {
  await world.scaleTranscoders(0);
  const settings = { VISIBILITY_SECONDS: String(visibilitySeconds) };
  await Promise.all([world.addTranscoder(settings), world.addTranscoder(settings)]);
  const ledger = newLedger();
  const id = await uploadPatiently(world, await world.signUp(), ledger, { bytes: world.longClip });
  const worker = await untilFfmpegRuns(world);
  const { lease_token: dead } = await rowOf(world, id);
  const [clock] = await world.admin<{ now: Date }[]>`select clock_timestamp() as now`;
  worker.kill();
  await untilStatus(world, id, 'processed', visibilitySeconds + 60);

  const changes = await changesOf(world.admin, id);
  const next = changes.find(({ lease_token }) => lease_token !== null && lease_token !== dead);
  const end = changes.find(({ status }) => status === 'processed');
  const since = (at: Date | undefined) =>
    ((at?.getTime() ?? Number.NaN) - (clock?.now.getTime() ?? 0)) / 1000;
  const takeoverSeconds = since(next?.at);
  const { problems, ...counts } = await reckon(world, ledger.accepted);
  if (!(takeoverSeconds <= visibilitySeconds + SLACK_SECONDS)) {
    problems.push(`a dead worker's job was taken over after ${takeoverSeconds} s`);
  }
  await world.scaleTranscoders(0);
  await world.scaleTranscoders(3);
  return { problems, figures: { ...counts, takeover_s: takeoverSeconds, processed_after_s: since(end?.at) } };
}
