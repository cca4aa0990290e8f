import { expect, test } from 'vitest';
import { verdictOn } from '../src/failure.ts';

const ended = (stderr: string, exitCode: number | null = 1) =>
  verdictOn({ exitCode, signal: exitCode === null ? 'SIGKILL' : null, stderr })?.code;

// As ffmpeg 5.1 says it.
test.each([
  [
    'no thread is to be had',
    'Error while opening decoder for input stream #0:0 : Resource temporarily unavailable',
  ],
  ['the disk is full', 'av_interleaved_write_frame(): No space left on device'],
  ['the disk can not be written', '/scratch/clip.mp4: Read-only file system'],
  ['the confinement fails', 'unshare: unshare failed: Operation not permitted'],
])('says nothing of the file when %s', (_fault, stderr) => {
  expect(ended(stderr)).toBeUndefined();
});

test('says nothing of the file when ffmpeg is killed', () => {
  expect(ended('', null)).toBeUndefined();
});

test.each([
  ['moov atom not found', 'unreadable'],
  ['', 'too_demanding'],
  ['x264 [error]: malloc of size 4000000 failed', 'too_demanding'],
  ['Error while opening encoder for output stream #1:0 - maybe incorrect parameters', 'too_demanding'],
])('of “%s” makes %s', (stderr, code) => {
  expect(ended(stderr)).toBe(code);
});
