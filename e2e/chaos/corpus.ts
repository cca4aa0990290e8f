import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createVideo } from '@anb/testing/players';
import { type Result, reckon } from './reckoning.ts';
import type { Replica } from './replica.ts';
import { holdsWithin, rowOf } from './videos.ts';
import type { World } from './world.ts';

/** However hostile a file is, it is done with by then. */
const END_SECONDS = 30;
/** The transcoder's, as the chart sets it. */
const MEMORY_LIMIT_MB = 1200;

export interface CorpusFile {
  name: string;
  path: string;
  /** `processed`, or the reason why it fails. */
  expected: string;
}

/** What nobody may touch: a file, and an address that somebody listens at. */
export interface Canary {
  path: string;
  url: string;
}

export type MakeFiles = (folder: string, canary: Canary) => Promise<CorpusFile[]>;

/** Has a lone worker take hostile and odd files, put past the API, whose own look at them is not to help. */
export async function corpus(world: World, makeFiles: MakeFiles): Promise<Result> {
  const problems: string[] = [];
  const canary = await watchCanary(world.folder);
  const files = await makeFiles(join(world.folder, 'corpus'), canary);
  await world.scaleTranscoders(1);
  const [worker] = world.transcoders;
  if (!worker) throw new Error('there is no worker');
  const { pid } = worker;
  const memory = watchMemory(worker);
  const { id: owner } = await world.signUp();
  const ids: string[] = [];
  let slowest = 0;

  for (const { name, path, expected } of files) {
    const id = await createVideo(world.admin, owner, { status: 'uploaded' });
    ids.push(id);
    await world.bucket.put(`originals/${id}`, await readFile(path));
    const start = performance.now();
    await world.queues.transcode.send([{ video_id: id }]);
    let end = '';
    await holdsWithin(END_SECONDS, async () => {
      const { status, failure_code } = await rowOf(world, id);
      end = status === 'failed' ? String(failure_code) : status;
      return status === 'failed' || status === 'processed';
    });
    const seconds = (performance.now() - start) / 1000;
    slowest = Math.max(slowest, seconds);
    world.say(`corpus: ${name} ended as ${end} after ${seconds.toFixed(1)} s`);
    if (end !== expected) problems.push(`${name} ended as ${end} instead of ${expected}`);
  }
  if (worker.pid !== pid) problems.push('the worker did not live through it');
  const peak = memory.stop();
  if (peak > MEMORY_LIMIT_MB) problems.push(`the worker and its programs took ${peak} MB`);
  problems.push(...canary.touched());
  canary.close();
  const { problems: unkept, ...counts } = await reckon(world, ids, { mayFail: () => true });
  return {
    problems: [...problems, ...unkept],
    figures: { ...counts, files: files.length, slowest_end_s: Math.round(slowest), peak_mb: peak },
  };
}

async function watchCanary(folder: string) {
  const path = join(folder, 'canary.txt');
  writeFileSync(path, 'not for reading');
  let visits = 0;
  const listener = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  // Where times of access are kept at all, a read moves one that lies before the last change.
  const forget = () => utimesSync(path, new Date(0), new Date());
  const isRead = () => statSync(path).atimeMs > 0;
  forget();
  readFileSync(path);
  const isWatched = isRead();
  forget();
  return {
    path,
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/canary`,
    touched: () => [
      ...(isWatched ? [] : ['whether the canary was read can not be told: this file system keeps no times']),
      ...(isRead() ? ['somebody read the canary'] : []),
      ...(visits > 0 ? ['somebody asked at the canary’s address'] : []),
    ],
    close: () => listener.close(),
  };
}

/** The most that a worker and its programs held together, in MB; what they share counts for each. */
function watchMemory(worker: Replica) {
  let peak = 0;
  const look = () => {
    const held = worker.pids.map(residentMb).reduce((sum, each) => sum + each, 0);
    peak = Math.max(peak, Math.round(held));
  };
  const timer = setInterval(look, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function residentMb(pid: number): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
