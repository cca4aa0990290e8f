import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { type ClipShape, clipMarks, clipShapes, hasEncoder, makeClip } from '@anb/sample-clips';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Api, PASSWORD, type TestPlayer, type ToldState } from './api.ts';
import {
  brightExtent,
  difference,
  meanColour,
  packetTimes,
  pictureAt,
  probe,
  topBoxes,
} from './media-checks.ts';
import { makeDataDir, type RunningStack, startStack } from './stack.ts';

const { ffmpeg, ffprobe } = findFfmpeg();
const folder = makeDataDir();
const shapes: ClipShape[] = (Object.keys(clipShapes) as ClipShape[]).filter((shape) => shape !== 'hevc');
if (await hasEncoder(ffmpeg, 'libx265')) shapes.push('hevc');
/** Short enough to be quick; `long` keeps its length, to be cut. */
const secondsOf = (shape: ClipShape) => (shape === 'long' ? clipShapes.long.seconds : 4);

const OPENING = 2;
const BUMPERS = 4.5;
const FRAME = 1 / 30;

interface Processed {
  video_id: string;
  processed_url: string;
  poster_url: string;
  original_url: string;
  duration_seconds: number;
}
let stack: RunningStack;
let api: Api;
let player: TestPlayer;
const processed = new Map<ClipShape, Processed>();
/** How the making of the longest one went, as its player was told. */
let told: ToldState[];
const source = (shape: ClipShape) => join(folder.path, clipShapes[shape].file);
const clip = (shape: ClipShape) => processed.get(shape) as Processed;

beforeAll(async () => {
  stack = await startStack(folder.path, { TRANSCODERS: '2' });
  api = new Api(stack.url);
  player = await api.signUp();
  const ids = new Map<ClipShape, string>();
  let watching: Promise<ToldState[]> | undefined;
  for (const shape of shapes) {
    await makeClip(ffmpeg, shape, source(shape), { seconds: secondsOf(shape), title: 'Secreto' });
    const bytes = new Uint8Array(await readFile(source(shape)));
    const id = await api.upload(player, bytes, { title: `Clip ${shape}`, is_public: 'true' });
    if (shape === 'long') watching = api.watch(player, id);
    ids.set(shape, id);
  }
  for (const [shape, id] of ids) processed.set(shape, await api.finished(player, id, 120_000));
  told = (await watching) ?? [];
}, 240_000);
afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

describe.each(shapes)('the showcase clip of %s, read through its public address', (shape) => {
  test('is 1280x720, square pixels, H.264 yuv420p, without sound, as long as it should be', async () => {
    const { streams, format } = await probe(ffprobe, clip(shape).processed_url);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      codec_type: 'video',
      codec_name: 'h264',
      width: 1280,
      height: 720,
      pix_fmt: 'yuv420p',
      sample_aspect_ratio: '1:1',
    });
    const seconds = Number(format.duration);
    expect(seconds).toBeLessThanOrEqual(35);
    expect(Math.abs(seconds - Math.min(30, secondsOf(shape)) - BUMPERS)).toBeLessThan(0.15);
    expect(clip(shape).duration_seconds).toBeCloseTo(seconds, 1);
    expect(JSON.stringify(format.tags ?? {})).not.toContain('Secreto');
  });

  test('has packet times that rise without a gap above one and a half frames', async () => {
    const times = await packetTimes(ffprobe, clip(shape).processed_url);
    expect(times.length).toBeGreaterThan(30 * BUMPERS);
    for (const [index, { pts, dts }] of times.entries()) {
      const before = times[index - 1];
      if (!before) continue;
      for (const step of [pts - before.pts, dts - before.dts]) {
        expect(step).toBeGreaterThan(0);
        expect(step).toBeLessThan(1.5 * FRAME);
      }
    }
  });

  test('begins to play before it has come down: moov stands before mdat, and ranges are answered', async () => {
    const whole = Buffer.from(await (await fetch(clip(shape).processed_url)).arrayBuffer());
    const boxes = topBoxes(whole);
    expect(boxes.indexOf('moov')).toBeGreaterThan(0);
    expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));

    const part = await fetch(clip(shape).processed_url, { headers: { range: 'bytes=1000-1999' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1000, 2000))).toBe(true);
  });

  test('is upright, in its proportions, and padded with black where it is narrower', async () => {
    const { width, height } = clipShapes[shape];
    const shown = {
      width: Math.min(1280, Math.floor((720 * width) / height / 2) * 2),
      height: Math.min(720, (1280 * height) / width),
    };
    const left = (1280 - shown.width) / 2;
    const picture = await pictureAt(ffmpeg, clip(shape).processed_url, OPENING + 1);
    const bar = (y: number) => meanColour(picture, { x: left + 20, y, width: shown.width - 40, height: 10 });
    const [topRed, topGreen] = bar(12);
    const [bottomRed, bottomGreen] = bar(720 - 22);
    expect(topGreen - topRed).toBeGreaterThan(100); // green above
    expect(bottomRed - bottomGreen).toBeGreaterThan(100); // red below

    if (left > 0) {
      for (const x of [2, 1280 - left + 4]) {
        expect(Math.max(...meanColour(picture, { x, y: 100, width: left - 6, height: 400 }))).toBeLessThan(
          20,
        );
      }
    }
    expect(
      Math.max(...meanColour(picture, { x: left + 6, y: 100, width: shown.width - 12, height: 400 })),
    ).toBeGreaterThan(40);

    const side = clipMarks.square.side * 720;
    const middle = {
      x: Math.round(left + clipMarks.square.left * shown.width + side / 2),
      y: clipMarks.square.middle * 720,
    };
    const square = brightExtent(picture, middle.x, middle.y);
    expect(square.width / square.height).toBeGreaterThan(0.96);
    expect(square.width / square.height).toBeLessThan(1.04);
    expect(Math.abs(square.height - side)).toBeLessThan(0.06 * side);
  });

  test('has a poster that is a picture of it, not black', async () => {
    const answer = await fetch(clip(shape).poster_url);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    await answer.body?.cancel();
    expect((await probe(ffprobe, clip(shape).poster_url)).streams[0]).toMatchObject({
      width: 1280,
      height: 720,
    });
    const poster = await pictureAt(ffmpeg, clip(shape).poster_url, 0);
    const [red, green, blue] = meanColour(poster, { x: 480, y: 60, width: 320, height: 600 });
    expect(red + green + blue).toBeGreaterThan(150);
  });

  test('has a thumbnail that shows the same as the poster', async () => {
    const { poster_url } = clip(shape);
    const address = poster_url.replace('poster.jpg', 'thumbnail.jpg');
    const answer = await fetch(address);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect((await answer.bytes()).length).toBeLessThan(30_000);
    const size = { width: 480, height: 270 };
    expect((await probe(ffprobe, address)).streams[0]).toMatchObject(size);
    const [thumbnail, poster] = await Promise.all(
      [address, poster_url].map((source) => pictureAt(ffmpeg, source, 0, size)),
    );
    if (!thumbnail || !poster) throw new Error('no pictures');
    expect(difference(thumbnail, poster, { x: 0, y: 0, ...size })).toBeLessThan(8);
  });
});

describe('the watermark', () => {
  test('stands in the lower right corner, and nothing else of the picture is changed', async () => {
    const size = { width: 1280, height: 720 };
    const [made, original] = await Promise.all([
      pictureAt(ffmpeg, clip('quicktime').processed_url, OPENING + 1),
      pictureAt(ffmpeg, source('quicktime'), 1, size),
    ]);
    const marked = { x: 1280 - 24 - 190, y: 720 - 24 - 84, width: 190, height: 84 };
    const opposite = { ...marked, x: 24 };
    expect(difference(made, original, marked)).toBeGreaterThan(25);
    expect(difference(made, original, opposite)).toBeLessThan(8);
  });
});

test('while a clip is made its player is told how far it is, as it happens, until it is done', () => {
  const progress = told.map(({ progress }) => progress);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  expect(told.some(({ stage, progress }) => stage === 'transcoding' && progress > 0)).toBe(true);
  expect(told.at(-1)).toMatchObject({ status: 'processed', progress: 100 });
  expect((told.at(-1)?.at ?? 0) - (told[0]?.at ?? 0)).toBeGreaterThan(1000); // not all of it in the end
});

describe('who may see what', () => {
  test('the original is the owner’s alone', async () => {
    const { video_id, original_url } = clip('landscape');
    const original = Buffer.from(await (await fetch(original_url)).arrayBuffer());
    expect(original.equals(await readFile(source('landscape')))).toBe(true);

    const stranger = await api.signUp();
    expect((await api.as(stranger, 'GET', `/api/videos/${video_id}`)).status).toBe(403);
    const { body } = await api.send('GET', `/api/public/videos/${video_id}`);
    expect(JSON.stringify(body)).not.toMatch(/original|landscape\.mp4/);
  });

  test('a video that is made private leaves the list, the ranking and its public address', async () => {
    const { video_id, processed_url } = clip('small');
    const path = new URL(processed_url).pathname;
    expect((await api.send('GET', path)).status).toBe(302);
    await api.as(player, 'PATCH', `/api/videos/${video_id}`, { is_public: false });
    expect((await api.send('GET', path)).status).toBe(404);
    expect((await api.send('GET', `/api/public/videos/${video_id}`)).status).toBe(404);
    await vi.waitFor(
      async () => {
        const { body } = await api.send('GET', '/api/public/rankings?limit=100');
        expect(JSON.stringify(body)).not.toContain(video_id);
      },
      { timeout: 2000, interval: 100 },
    );
    const detail = (await api.as(player, 'GET', `/api/videos/${video_id}`)).body;
    expect((await fetch(detail.processed_url)).status).toBe(200);
  });

  test('videos of a deleted account leave them too, open as they were, and the store', async () => {
    const all = [...processed.values()];
    const path = new URL(clip('landscape').processed_url).pathname;
    const media = (await api.send('GET', path)).headers.get('location') ?? '';
    const addresses = [media, ...all.map(({ original_url }) => original_url)];
    const statuses = () => Promise.all(addresses.map(async (address) => (await fetch(address)).status));
    expect(new Set(await statuses())).toEqual(new Set([200]));

    const deleted = await api.as(player, 'DELETE', '/api/auth/account', { password: PASSWORD });
    expect(deleted.status).toBe(202);
    expect((await api.send('GET', path)).status).toBe(404);
    expect((await api.send('GET', '/api/public/videos')).body).toEqual([]);
    await vi.waitFor(
      async () => {
        expect((await api.send('GET', '/api/public/rankings')).body).toEqual([]);
        expect((await api.as(player, 'GET', '/api/videos')).status).toBe(401);
      },
      { timeout: 5000, interval: 100 },
    );
    await vi.waitFor(async () => expect(new Set(await statuses())).toEqual(new Set([404])), {
      timeout: 20_000,
      interval: 200,
    });
  }, 30_000);
});
