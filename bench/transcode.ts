import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { freePorts } from '@anb/embedded/ports';
import { makeClip } from '@anb/sample-clips';
import { type MediaFile, mediaKey, originalKey } from '@anb/service-kit/media';
import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import { createPlayers, createVideo } from '@anb/testing/players';
import { planTranscode } from '@anb/transcoder/recipe';
import { median, rounded } from './median.ts';
import { type Platform, withPlatform } from './platform.ts';

const run = promisify(execFile);
const ROUNDS = 5;
const SOURCE_SECONDS = 60;
const worker = fileURLToPath(new URL('../services/transcoder/src/main.ts', import.meta.url));

/**
 * Seconds from receiving a job to its video published, over the same filter graph run bare by ffmpeg on local
 * files: what the queue, the lease, the store and the checks cost on top of ffmpeg itself.
 */
export const measure = (say: (line: string) => void) => withPlatform((platform) => compare(platform, say));

async function compare(platform: Platform, say: (line: string) => void) {
  const { ffmpeg, ffprobe, version } = findFfmpeg();
  const source = join(platform.folder, 'source.mp4');
  say(`making ${SOURCE_SECONDS} s of 1080p with ffmpeg ${version}`);
  await makeClip(ffmpeg, 'landscape', source, { seconds: SOURCE_SECONDS });

  const bareMedia = (file: MediaFile) => join(platform.folder, `bare-${file}`);
  const bare = () => bareRun(ffmpeg, source, bareMedia);
  const service = await startWorker(platform, { ffmpeg, ffprobe });
  try {
    const rounds = { ours: [] as number[], baseline: [] as number[] };
    const ourClip = join(platform.folder, 'ours.mp4');
    for (let round = 0; round <= ROUNDS; round++) {
      const ours = await service.transcode(source, ourClip);
      const baseline = await bare();
      say(
        `${round === 0 ? 'warm-up' : `round ${round}`}: ours ${ours.toFixed(3)} s, bare ffmpeg ${baseline.toFixed(3)} s`,
      );
      if (round === 0) continue;
      rounds.ours.push(rounded(ours));
      rounds.baseline.push(rounded(baseline));
    }
    const [ours, baseline] = [median(rounds.ours), median(rounds.baseline)];
    return {
      ours,
      baseline,
      ratio: rounded(ours / baseline),
      unit: 's',
      rounds,
      source_bytes: statSync(source).size,
      output_bytes: statSync(ourClip).size,
      baseline_bytes: statSync(bareMedia('clip.mp4')).size,
      // Of the clip between the bumpers, watermark included, against the source trimmed and scaled.
      ssim: await ssim(ffmpeg, ourClip, source),
      ffmpeg: version,
      cpus: availableParallelism(),
    };
  } finally {
    await service.stop();
  }
}

async function bareRun(ffmpeg: string, source: string, pathOf: (file: MediaFile) => string): Promise<number> {
  const plan = planTranscode({ path: source, stream: 0, seconds: SOURCE_SECONDS }, pathOf);
  const args = [
    '-y',
    ...plan.inputs.flatMap(({ path, options }) => [...options, '-i', path]),
    ...['-filter_complex', plan.filterGraph],
    ...plan.outputs.flatMap(({ path, options }) => [...options, path]),
  ];
  const start = performance.now();
  await run(ffmpeg, args);
  return (performance.now() - start) / 1000;
}

async function startWorker(
  { env, folder, admin, databaseUrl }: Platform,
  programs: { ffmpeg: string; ffprobe: string },
) {
  const [opsPort = 0] = await freePorts(1);
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const child = spawn(process.execPath, [worker], {
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      OPS_PORT: String(opsPort),
      DATABASE_URL: databaseUrl('anb_transcoder'),
      ...env,
      FFMPEG_PATH: programs.ffmpeg,
      FFPROBE_PATH: programs.ffprobe,
      SCRATCH_DIR: scratch,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ops = `http://127.0.0.1:${opsPort}`;
  while (!(await fetch(`${ops}/readyz`).catch(() => null))?.ok) await sleep(50);

  const objects = new ObjectStore({
    bucket: env.S3_BUCKET,
    region: env.AWS_REGION,
    endpoint: env.S3_ENDPOINT,
  });
  const queue = new JobQueue({
    queueUrl: env.SQS_QUEUE_URL,
    region: env.AWS_REGION,
    endpoint: env.SQS_ENDPOINT,
  });
  const player = await (await createPlayers(admin)).signUp();

  return {
    /** @returns seconds by the worker's own clock, which starts when it receives the message */
    transcode: async (source: string, clip: string): Promise<number> => {
      const before = await jobs(ops);
      const id = await createVideo(admin, player.id, { status: 'uploaded' });
      await objects.put(originalKey(id), createReadStream(source), { contentType: 'video/mp4' });
      await queue.send([{ video_id: id }]);
      let after = before;
      while (after.count === before.count) {
        // Seldom: asking takes processor time from the work that is measured.
        await sleep(500);
        after = await jobs(ops);
      }
      const [row] = await admin`select status, media_version from videos.videos where id = ${id}`;
      if (row?.status !== 'processed') throw new Error(`the clip ended ${row?.status}`);
      await objects.download(mediaKey(id, row.media_version, 'clip.mp4'), clip, AbortSignal.timeout(10_000));
      return after.seconds - before.seconds;
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      objects.close();
      queue.close();
    },
  };
}

async function jobs(ops: string): Promise<{ count: number; seconds: number }> {
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  const read = (name: string) =>
    Number(new RegExp(`^anb_job_duration_seconds_${name}\\{.*\\} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0);
  return { count: read('count'), seconds: read('sum') };
}

async function ssim(ffmpeg: string, clip: string, source: string): Promise<number> {
  const graph =
    '[0:v]trim=start=2:end=32,setpts=PTS-STARTPTS[ours];' +
    '[1:v]trim=end=30,setpts=PTS-STARTPTS,fps=30,scale=1280:720,format=yuv420p[theirs];[ours][theirs]ssim';
  const { stderr } = await run(ffmpeg, [
    '-i',
    clip,
    '-i',
    source,
    '-filter_complex',
    graph,
    '-f',
    'null',
    '-',
  ]);
  return Number(/SSIM .*All:([\d.]+)/.exec(stderr)?.[1] ?? Number.NaN);
}
