import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import type { MediaFile } from '@anb/service-kit/media';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probePicture, runFfmpeg } from '../src/ffmpeg.ts';
import { type FfmpegInput, planTranscode } from '../src/recipe.ts';

const plan = planTranscode(
  { path: '/scratch/original', stream: 1, seconds: 12 },
  (file) => `/scratch/${file}`,
);
const run = promisify(execFile);
/** A picture's brightness, a byte a pixel. */
const greys = async (ffmpeg: string, path: string) => {
  const args = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  return (await run(ffmpeg, args, { encoding: 'buffer', maxBuffer: 2 ** 22 })).stdout;
};
const mean = (bytes: Buffer) => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
const flagValue = ({ options }: FfmpegInput, flag: string) => options[options.indexOf(flag) + 1];
const [, untrusted] = plan.inputs as [FfmpegInput, FfmpegInput];
const [clip, ...stills] = plan.outputs as [FfmpegInput, FfmpegInput, FfmpegInput];

describe('the plan', () => {
  test('opens the upload as a local MP4 or QuickTime file and as nothing else', () => {
    expect(untrusted.path).toBe('/scratch/original');
    expect(flagValue(untrusted, '-protocol_whitelist')).toBe('file');
    expect(flagValue(untrusted, '-format_whitelist')).toBe('mov,mp4,m4a,3gp,3g2,mj2');
    expect(flagValue(untrusted, '-f')).toBe('mov');
  });

  test('reads thirty seconds of it at most, and of the stream that holds the picture', () => {
    expect(flagValue(untrusted, '-t')).toBe('30');
    expect(plan.filterGraph).toContain('[1:1]');
  });

  test('joins opening, marked clip and closing into one picture track', () => {
    expect(plan.filterGraph).toMatch(/\[opening\]\[marked\]\[closing\]concat=n=3:v=1:a=0,fps=30/);
    expect(plan.inputs.map(({ path }) => path.split('/').at(-1))).toEqual([
      'opening.mp4',
      'original',
      'closing.mp4',
      'watermark.png',
    ]);
  });

  test('keeps no sound, no subtitles, no data, no metadata and no chapters', () => {
    expect(clip.options).toEqual(expect.arrayContaining(['-an', '-sn', '-dn']));
    for (const flag of ['-map_metadata', '-map_chapters']) expect(flagValue(clip, flag)).toBe('-1');
    for (const still of stills) expect(flagValue(still, '-map_metadata')).toBe('-1');
  });

  test.each([
    [12, 6],
    [60, 12],
    [0.9, 2.3],
  ])('of %d s takes poster and thumbnail from a third of what is shown', (seconds, at) => {
    const { filterGraph } = planTranscode({ path: 'a', stream: 0, seconds }, (file) => file);
    expect(filterGraph).toContain(`trim=start=${at}:end=${at + 1}`);
  });

  test('moves moov to the front', () => {
    expect(flagValue(clip, '-movflags')).toBe('+faststart');
  });
});

describe.each([
  ['the system’s ffmpeg', findFfmpeg()],
  ['the ffmpeg of npm (4.1)', findFfmpeg('')],
])('%s', (_which, programs) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anb-recipe-'));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const timeoutSeconds = 30;

  test('takes every flag of the plan and makes clip, poster and thumbnail', async () => {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const path = join(folder, 'original.mp4');
    await makeClip(programs.ffmpeg, 'small', path, { seconds: 1 });
    const picture = await probePicture(programs.ffprobe, path, signal);
    expect(picture).toMatchObject({ width: 480, height: 360, codec: 'h264' });
    const made = (file: MediaFile) => join(folder, file);
    const progress: number[] = [];
    const source = { path, stream: picture?.stream ?? 0, seconds: picture?.seconds ?? 0 };
    await runFfmpeg(programs.ffmpeg, planTranscode(source, made), {
      signal,
      timeoutSeconds,
      onProgress: (s) => progress.push(s),
    });
    expect(await probePicture(programs.ffprobe, made('clip.mp4'), signal)).toMatchObject({
      width: 1280,
      height: 720,
    });
    expect((await probePicture(programs.ffprobe, made('clip.mp4'), signal))?.seconds).toBeCloseTo(5.5, 1);
    const [poster, thumbnail] = [
      await greys(programs.ffmpeg, made('poster.jpg')),
      await greys(programs.ffmpeg, made('thumbnail.jpg')),
    ];
    expect([poster.length, thumbnail.length]).toEqual([1280 * 720, 480 * 270]);
    expect(mean(thumbnail)).toBeGreaterThan(40); // not black
    expect(Math.abs(mean(thumbnail) - mean(poster))).toBeLessThan(2); // the same moment
  });

  test('is stopped at once by the signal', async () => {
    const path = join(folder, 'long.mp4');
    await makeClip(programs.ffmpeg, 'small', path, { seconds: 30 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 300);
    const start = performance.now();
    const plan = planTranscode({ path, stream: 0, seconds: 30 }, (file) => join(folder, `a-${file}`));
    await expect(runFfmpeg(programs.ffmpeg, plan, { signal: stop.signal, timeoutSeconds })).rejects.toThrow(
      'enough',
    );
    expect(performance.now() - start).toBeLessThan(2000);
  });

  // fluent-ffmpeg asks ffmpeg what it can do before the first job of a process; there is nothing to kill then.
  test.each([1, 50])('is stopped by a signal %i ms into the first job of a process', async (abortMs) => {
    const program = fileURLToPath(new URL('./first-job.ts', import.meta.url));
    const args = [program, programs.ffmpeg, join(folder, 'long.mp4'), String(abortMs)];
    const { stdout } = await run(process.execPath, args);
    const { ended, ms } = JSON.parse(stdout);
    expect(ended).toBe('enough');
    expect(ms).toBeLessThan(2000);
  });
});
