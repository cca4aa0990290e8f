import { expect, test } from 'vitest';
import { isMovie } from '../src/container.ts';

const box = (name: string, brand = 'isom') =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(name + brand)]);

test.each([
  ['an MP4', box('ftyp'), true],
  ['a QuickTime file', box('ftyp', 'qt  '), true],
  ['an old QuickTime file without ftyp', box('moov'), true],
  ['a HEIC picture', box('ftyp', 'heic'), false],
  ['sound alone', box('ftyp', 'M4A '), false],
  ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd'), false],
  ['Matroska', Buffer.from('1a45dfa3a3428681014286', 'hex'), false],
  ['eleven bytes', box('ftyp').subarray(0, 11), false],
  ['nothing', Buffer.alloc(0), false],
])('%s is a movie: %3$s', (_what, head, movie) => {
  expect(isMovie(head)).toBe(movie);
});
