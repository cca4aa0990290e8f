import { beforeEach, describe, expect, test, vi } from 'vitest';
import { checkClip } from '../src/client/clip-check.ts';
import { forgetFile, isSameFile, rememberFile } from '../src/client/same-file.ts';

const MEGABYTE = 1024 * 1024;
const movie = (bytes = 1000, fill = 7) => {
  const content = new Uint8Array(bytes).fill(fill);
  content.set(new TextEncoder().encode('\0\0\0\x18ftypisom').subarray(0, bytes));
  return content;
};
const clip = (content: Uint8Array<ArrayBuffer>, name = 'clip.mp4') => new File([content], name);

describe('of a file it is told at once', () => {
  test('that it is a video, whatever its name', async () => {
    expect(await checkClip(clip(movie(), 'VID_001'), MEGABYTE)).toBeUndefined();
  });

  test.each([
    ['empty', clip(new Uint8Array())],
    ['too_large', clip(movie(MEGABYTE + 1))],
    ['not_a_video', clip(new TextEncoder().encode('<html>'.repeat(10)))],
    ['not_a_video', clip(new TextEncoder().encode('\0\0\0\x18ftypheic....'), 'photo.mp4')],
    ['not_a_video', clip(movie(8))],
  ])('that it is %s', async (problem, file) => {
    expect(await checkClip(file, MEGABYTE)).toBe(problem);
  });

  test('up to the last byte of the limit', async () => {
    expect(await checkClip(clip(movie(MEGABYTE)), MEGABYTE)).toBeUndefined();
  });
});

describe('a file that is chosen again', () => {
  const content = movie(3 * MEGABYTE);
  const upload = { video_id: 'v', size: content.length, filename: 'clip.mp4' };
  const changedAt = (place: number) => {
    const changed = content.slice();
    changed[place] = 8;
    return clip(changed);
  };

  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    return () => vi.unstubAllGlobals();
  });

  test('is the same under another name, where this browser had begun it', async () => {
    await rememberFile('v', clip(content));
    expect(await isSameFile(upload, clip(content, 'copia.mp4'))).toBe(true);
  });

  test.each([
    ['beginning', 20],
    ['middle', content.length / 2],
    ['end', content.length - 1],
  ])('is another when its %s differs', async (_where, place) => {
    await rememberFile('v', clip(content));
    expect(await isSameFile(upload, changedAt(place))).toBe(false);
  });

  test('is another when its size differs', async () => {
    expect(await isSameFile(upload, clip(movie(1000)))).toBe(false);
  });

  test('goes by its name and size where another browser had begun it', async () => {
    expect(await isSameFile(upload, clip(content))).toBe(true);
    expect(await isSameFile(upload, clip(content, 'otro.mp4'))).toBe(false);
    await rememberFile('v', clip(content));
    forgetFile('v');
    expect(await isSameFile(upload, clip(content, 'otro.mp4'))).toBe(false);
  });

  test('is known for as long as the page lasts where the browser keeps nothing', async () => {
    vi.stubGlobal('localStorage', undefined);
    expect(await isSameFile(upload, clip(content, 'otro.mp4'))).toBe(false);
    await rememberFile('v', clip(content));
    expect(await isSameFile(upload, clip(content, 'otro.mp4'))).toBe(true);
    forgetFile('v');
    expect(await isSameFile(upload, clip(content, 'otro.mp4'))).toBe(false);
  });
});
