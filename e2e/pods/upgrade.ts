import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadReport } from './load.ts';
import { startLoad } from './load-process.ts';
import type { Pod } from './pod.ts';
import { say } from './progress.ts';
import { PUBLIC_URL, RELEASE, type System, TRANSCODER, WEB } from './system.ts';
import { Visitor } from './visitor.ts';

export interface UpgradeResult {
  report: LoadReport;
  /** Requests that pods were answering when their SIGTERM came. */
  inFlight: number;
  lost: number;
  problems: string[];
}

/** helm upgrade under load: the hooks, then every Deployment, one after the other. */
export async function upgrade(system: System, longClip: string): Promise<UpgradeResult> {
  const { cluster, balancer } = system;
  const load = await startLoad(PUBLIC_URL, 'with-uploads');
  say('people are at work');
  await cluster.run('Job', `${RELEASE}-migrate`);
  let inFlight = 0;
  const beforeSignal = (pod: Pod) => {
    inFlight += balancer.openAt(pod);
  };
  for (const name of WEB) {
    await cluster.roll(name, { beforeSignal });
    say(`replaced ${name}`);
  }
  const long = await replaceTranscoder(system, longClip);
  const report = await load.finish();
  report.uploads.push(long.videoId);
  for (const failure of report.failures) say(`FAILED ${failure}`);
  say(`${report.requests} requests, ${report.failed} failed; ${report.uploads.length} uploads`);
  const lost = lostOf(system, report);
  const problems = [
    ...(report.failed > 0 ? [`${report.failed} of ${report.requests} requests failed`] : []),
    ...(inFlight === 0 ? ['no request was under way at any SIGTERM: the load was too light'] : []),
    ...lost.map((id) => `video ${id} is lost or was made twice`),
    ...miscounted(report),
    ...long.problems,
  ];
  return { report, inFlight, lost: lost.length, problems };
}

/** SIGTERM comes in the middle of a job: the old pod ends it within its grace period, the new one takes the others. */
async function replaceTranscoder({ cluster, backends }: System, clip: string) {
  const [old] = cluster.running(TRANSCODER);
  const refused: string[] = [];
  const player = new Visitor(PUBLIC_URL, 'long@example.com', (failure) => failure && refused.push(failure));
  await player.signUp();
  const videoId = await player.upload(readFileSync(clip), 0.5);
  const isIn = async (state: string) => {
    const [video] = await backends.sql`select status from videos.videos where id = ${videoId}`;
    return video?.status === state;
  };
  await until('the long clip is in work', 180, () => isIn('processing'));
  await cluster.roll(TRANSCODER);
  say(`replaced ${TRANSCODER} in the middle of a job`);
  await until('the long clip is processed', 180, () => isIn('processed'));
  const lines = old?.sandbox.lines ?? [];
  const stop = lines.findIndex((line) => line.includes('"draining"'));
  const end = lines.findIndex((line) => line.includes(videoId) && line.includes('"outcome":"processed"'));
  const problem = `the long job was not ended by the worker that got SIGTERM in the middle of it: ${lines[end]}`;
  return { videoId, problems: [...refused, ...(stop >= 0 && end > stop ? [] : [problem])] };
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(50);
  }
}

/** Acknowledged uploads that are not there exactly once. */
function lostOf({ backends }: System, { uploads, notProcessed }: LoadReport): string[] {
  const versions = (id: string) => {
    const media = join(backends.objects, 'media', id);
    return existsSync(media) ? readdirSync(media).length : 0;
  };
  return uploads.filter((id) => notProcessed.includes(id) || versions(id) !== 1);
}

function miscounted({ votes, counted }: LoadReport): string[] {
  return Object.entries(votes)
    .filter(([video, given]) => counted[video] !== given)
    .map(([video, given]) => `video ${video} was given ${given} votes but has ${counted[video]}`);
}
