import { box, find, first, overwrite, replace, uint32 } from './boxes.ts';
import type { HostileFile } from './corpus.ts';

const sampleTable = 'moov/trak/mdia/minf/stbl';
const references = 'moov/trak/mdia/minf/dinf/dref';

/** All that says how long the clip is, but for the samples themselves. */
const lasting = (clip: Buffer, units: number) =>
  [
    ['moov/mvhd', 16],
    ['moov/trak/tkhd', 20],
    ['moov/trak/mdia/mdhd', 16],
    ['moov/trak/edts/elst', 8],
  ].reduce((file, [path, offset]) => overwrite(file, path as string, offset as number, units), clip);

/** A second place of the media: a Macintosh alias by its absolute path. */
function alias(path: string): Buffer {
  const record = Buffer.alloc(150);
  const name = Buffer.concat([
    uint32((2 << 16) | path.length),
    Buffer.from(path),
    Buffer.alloc(path.length % 2),
  ]);
  // Levels up and down to the target: unknown, which leaves the absolute path.
  record.writeUInt32BE(0xffffffff, 130);
  return box('alis', uint32(0), record, name, uint32(0xffff0000));
}

const refersTo = (clip: Buffer, reference: Buffer) =>
  replace(clip, references, () => box('dref', uint32(0, 1), reference));

const timeToSample = (clip: Buffer, ...runs: number[]) =>
  replace(clip, `${sampleTable}/stts`, () => box('stts', uint32(0, runs.length / 2, ...runs)));

const editList = (clip: Buffer, edit: [units: number, from: number], times = 1) => {
  const edits = Array<Buffer>(times).fill(uint32(...edit, 0x10000));
  return replace(clip, 'moov/trak/edts', () => box('edts', box('elst', uint32(0, times), ...edits)));
};

const truncated: HostileFile[] = Array.from({ length: 10 }, (_, i) => ({
  name: `truncated-to-${i}-tenths`,
  expected: i === 0 ? 'not_a_video' : 'unreadable',
  make: async ({ convert, clip }) => {
    const whole = await convert(clip, '-stream_loop 3 -i {} -c copy -movflags +faststart -f mp4');
    return whole.subarray(0, Math.floor((whole.length * i) / 10));
  },
}));

/** The clip itself is sound; what is around it lies. */
export const containers: HostileFile[] = [
  ...truncated,
  {
    name: 'index-lost',
    expected: 'unreadable',
    make: ({ clip }) => clip.subarray(0, first(clip, 'moov').start),
  },
  {
    name: 'index-only',
    expected: 'unreadable',
    make: ({ clip }) => clip.subarray(first(clip, 'moov').start),
  },
  {
    name: 'media-by-alias',
    expected: 'unreadable',
    make: ({ clip, canary }) => refersTo(clip, alias(canary.path)),
  },
  {
    // Not followed: the file itself is read, where the media are.
    name: 'media-by-url',
    expected: 'processed',
    make: ({ clip, canary }) => refersTo(clip, box('url ', uint32(0), `${canary.url}\0`)),
  },
  { name: 'endless', expected: 'processed', make: ({ clip }) => lasting(clip, 0x7fffffff) },
  {
    // A recorded screen that stands still: 15 s, in units of 1/15360.
    name: 'long-last-frame',
    expected: 'processed',
    make: ({ clip }) => lasting(timeToSample(clip, 29, 512, 1, 15 * 15_360), 16 * 15_360),
  },
  {
    name: 'million-frames-a-second',
    expected: 'too_many_frames',
    make: ({ encode }) =>
      encode('testsrc2=s=64x64:r=1000000:d=0.0001', '-c:v libx264 -video_track_timescale 1000000 -f mp4'),
  },
  {
    name: 'million-frames-a-second-hidden',
    expected: 'too_many_frames',
    make: async ({ encode }) =>
      lasting(
        await encode(
          'testsrc2=s=64x64:r=1000000:d=0.0001',
          '-c:v libx264 -video_track_timescale 1000000 -f mp4',
        ),
        10_000_000,
      ),
  },
  { name: 'no-time-between-frames', expected: 'processed', make: ({ clip }) => timeToSample(clip, 30, 0) },
  {
    name: 'billions-of-times',
    expected: 'too_many_frames',
    make: ({ clip }) => timeToSample(clip, 0xffffffff, 1),
  },
  {
    name: 'billions-of-samples',
    expected: 'unreadable',
    make: ({ clip }) => overwrite(clip, `${sampleTable}/stsz`, 4, 1, 0x0fffffff),
  },
  {
    name: 'billions-of-sizes',
    expected: 'unreadable',
    make: ({ clip }) => overwrite(clip, `${sampleTable}/stsz`, 4, 0, 0x3fffffff),
  },
  {
    name: 'chunks-beyond-the-end',
    expected: 'unreadable',
    make: ({ clip }) => overwrite(clip, `${sampleTable}/stco`, 8, 0xfffffff0),
  },
  {
    name: 'huge-box',
    expected: 'unreadable',
    make: ({ clip }) => {
      const head = Buffer.concat([uint32(1), Buffer.from('free'), uint32(0x7fffffff, 0xffffffff)]);
      return Buffer.concat([head, clip]);
    },
  },
  {
    name: 'index-larger-than-the-file',
    expected: 'processed',
    make: ({ clip }) => overwrite(clip, 'moov', -8, 0xfffffff0),
  },
  {
    name: 'nested-ten-thousand-deep',
    expected: 'unreadable',
    make: ({ clip }) => {
      let nest = box('free');
      for (let depth = 0; depth < 10_000; depth++) nest = box(depth % 2 ? 'moov' : 'trak', nest);
      return Buffer.concat([clip.subarray(0, first(clip, 'mdat').start), nest]);
    },
  },
  {
    name: 'half-a-million-boxes',
    expected: 'processed',
    make: ({ clip }) =>
      replace(clip, 'moov/udta', (old) => Buffer.concat([old, ...Array(500_000).fill(box('udta'))])),
  },
  {
    name: 'hundreds-of-tracks',
    expected: 'too_many_streams',
    make: ({ clip }) => replace(clip, 'moov/trak', (track) => Buffer.concat(Array(300).fill(track))),
  },
  {
    name: 'fifteen-hundred-tracks',
    expected: 'too_demanding',
    make: ({ clip }) => replace(clip, 'moov/trak', (track) => Buffer.concat(Array(1500).fill(track))),
  },
  {
    name: 'ten-thousand-tracks',
    expected: 'too_demanding',
    make: ({ clip }) => replace(clip, 'moov/trak', (track) => Buffer.concat(Array(10_000).fill(track))),
  },
  {
    name: 'edited-to-nothing',
    expected: 'too_short',
    make: ({ clip }) => editList(clip, [1, 0x7ffffff0]),
  },
  {
    name: 'edited-a-hundred-thousand-times',
    expected: 'processed',
    make: ({ clip }) => editList(clip, [1000, 0], 100_000),
  },
  {
    name: 'unknown-codec',
    expected: 'unsupported_codec',
    make: ({ clip }) => overwrite(clip, `${sampleTable}/stsd`, 12, 0x7a7a7a7a),
  },
  {
    name: 'noise-for-media',
    expected: 'unreadable',
    make: ({ clip }) => {
      const noisy = Buffer.from(clip);
      for (const { body, end } of find(clip, 'mdat'))
        for (let i = body; i < end; i++) noisy[i] = (i * 2654435761) >>> 24;
      return noisy;
    },
  },
];
