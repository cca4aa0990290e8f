import { expect, test } from 'vitest';
import type { Picture } from '../src/ffmpeg.ts';
import { judge, runLimits } from '../src/limits.ts';

const fullHd: Picture = {
  stream: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  seconds: 12,
  frameRate: 30,
  streams: 2,
};
const uhd = { ...fullHd, width: 3840, height: 2160 };
const eightK = { ...fullHd, width: 7680, height: 4320 };

test.each<[string, Partial<Picture>]>([
  ['a phone’s clip', {}],
  ['the same held upright', { width: 1080, height: 1920 }],
  ['a minute of 4K at 60 frames a second', { ...uhd, frameRate: 59.94, seconds: 60 }],
  ['half a minute of 8K', { ...eightK, frameRate: 29.97, seconds: 30, codec: 'hevc' }],
  ['slow motion at 240', { frameRate: 240, seconds: 30 }],
  ['slow motion at 960', { frameRate: 960, seconds: 2 }],
  ['a track for each sensor', { streams: 12 }],
  ['half a second', { seconds: 0.5 }],
])('%s is taken', (_what, picture) => {
  expect(() => judge({ ...fullHd, ...picture })).not.toThrow();
});

test.each<[string, string, Partial<Picture>]>([
  ['a picture beyond 8K', 'too_large_picture', { width: 7682, height: 4320 }],
  ['33 streams', 'too_many_streams', { streams: 33 }],
  ['a million frames a second', 'too_many_frames', { frameRate: 1_000_000, seconds: 1 }],
  ['half a minute of 8K at 60 frames a second', 'too_demanding', { ...eightK, frameRate: 60, seconds: 30 }],
  ['a codec that no camera has', 'unsupported_codec', { codec: 'qtrle' }],
  ['a blink', 'too_short', { seconds: 0.4 }],
])('%s is refused as %s', (_what, code, picture) => {
  expect(() => judge({ ...fullHd, ...picture })).toThrow(expect.objectContaining({ code }));
});

test('the processor time follows what there is to decode, in what is shown', () => {
  const seconds = (picture: Partial<Picture>) => runLimits({ ...fullHd, ...picture }).cpuSeconds;
  expect(seconds({ width: 320, height: 240, seconds: 1 })).toBeLessThan(25);
  // 131 s were measured for 10-bit HEVC.
  expect(seconds({ ...uhd, frameRate: 60, seconds: 30 })).toBeGreaterThan(3 * 131);
  expect(seconds({ seconds: 3600 })).toBe(seconds({ seconds: 30 }));
});
