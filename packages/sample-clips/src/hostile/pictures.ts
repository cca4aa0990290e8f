import { overwrite } from './boxes.ts';
import type { HostileFile, Workshop } from './corpus.ts';

const h264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mp4';
const source = 'testsrc2=s=320x240:r=30:d=1';

const encoded = (
  name: string,
  expected: HostileFile['expected'],
  picture: string,
  options: string,
  encoder?: string,
): HostileFile => ({ name, expected, make: ({ encode }) => encode(picture, options), encoder });

/** Each JPEG of a clip says how large it is, whatever it holds. */
function claimSize(clip: Buffer, width: number, height: number): Buffer {
  const claimed = Buffer.from(clip);
  const startOfFrame = Buffer.from([0xff, 0xc0, 0x00, 0x11, 0x08]);
  for (let at = claimed.indexOf(startOfFrame); at >= 0; at = claimed.indexOf(startOfFrame, at + 1)) {
    claimed.writeUInt16BE(height, at + 5);
    claimed.writeUInt16BE(width, at + 7);
  }
  return claimed;
}
/** In the track's description too. */
const announceSize = (clip: Buffer, width: number, height: number) =>
  overwrite(claimSize(clip, width, height), 'moov/trak/mdia/minf/stbl/stsd', 40, width * 0x10000 + height);
const jpegs = '-c:v mjpeg -pix_fmt yuvj420p -q:v 20 -f mov';

/** Half a second of a small picture, then another. */
async function growing({ encode, convert }: Workshop, large: string): Promise<Buffer> {
  const raw = h264.replace('-f mp4', '-f h264');
  const parts = [await encode('testsrc2=s=320x240:r=30:d=0.5', raw), await encode(large, raw)];
  return convert(Buffer.concat(parts), '-f h264 -framerate 30 -i {} -c copy -f mp4');
}

/** Pictures that cost much, and odd ones that phones, cameras and editors make in good faith. */
export const pictures: HostileFile[] = [
  {
    name: 'sixteen-k',
    expected: 'too_large_picture',
    make: async ({ encode }) => announceSize(await encode(source, jpegs), 16_384, 16_384),
  },
  {
    name: 'wider-than-eight-k',
    expected: 'too_large_picture',
    make: async ({ encode }) => announceSize(await encode(source, jpegs), 12_000, 4000),
  },
  {
    name: 'eight-k-of-nothing',
    expected: 'unreadable',
    make: async ({ encode }) => claimSize(await encode(source, jpegs), 7680, 4320),
  },
  {
    name: 'eight-k-sixty',
    expected: 'too_demanding',
    make: async ({ encode, convert }) =>
      convert(
        await encode('color=s=7680x4320:r=60:d=0.1', h264),
        '-stream_loop 300 -i {} -c copy -t 20 -f mp4',
      ),
  },
  encoded('one-frame', 'too_short', source, `-frames:v 1 ${h264}`),
  encoded('one-long-frame', 'processed', 'testsrc2=s=320x240:r=1/5:d=5', h264),
  encoded('two-pixels', 'processed', 'testsrc2=s=2x2:r=30:d=1', h264),
  encoded('odd-dimensions', 'processed', 'testsrc2=s=321x241:r=30:d=1', h264.replace('420p', '444p')),
  encoded('ribbon', 'processed', 'testsrc2=s=8192x16:r=30:d=1', h264),
  encoded('needle-pixels', 'processed', `${source},setsar=1/1000`, h264),
  encoded('noise', 'processed', `color=s=1280x720:r=30:d=2,noise=alls=100:allf=t`, h264),
  encoded('slow-motion', 'processed', 'testsrc2=s=320x240:r=960:d=1', h264),
  encoded(
    'burst-and-pause',
    'processed',
    "testsrc2=s=320x240:r=60:d=20,select='lte(t,1)+gte(t,19.9)'",
    `-vsync vfr ${h264}`,
  ),
  encoded('one-frame-a-second', 'processed', 'testsrc2=s=320x240:r=1:d=3', h264),
  encoded(
    'variable-frame-rate',
    'processed',
    `testsrc2=s=320x240:r=60:d=2,select='lt(mod(n,40),20)+not(mod(n,7))'`,
    `-vsync vfr ${h264}`,
  ),
  encoded('b-frames-before-zero', 'processed', source, `${h264} -bf 3 -movflags negative_cts_offsets`),
  encoded('interlaced', 'processed', 'testsrc2=s=720x576:r=25:d=1', `-flags +ildct+ilme -top 1 ${h264}`),
  encoded('full-range', 'processed', source, `-vf scale=out_range=pc -color_range pc ${h264}`),
  encoded('fragmented', 'processed', source, `${h264} -movflags frag_keyframe+empty_moov -g 10`),
  encoded('mpeg-4', 'processed', source, '-c:v mpeg4 -f mp4'),
  encoded('motion-jpeg', 'processed', source, jpegs),
  encoded('prores', 'processed', source, '-c:v prores -f mov'),
  encoded('vp9', 'processed', source, '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -f mp4', 'libvpx-vp9'),
  encoded('animation-codec', 'unsupported_codec', source, '-c:v qtrle -f mov'),
  encoded('png-codec', 'unsupported_codec', source, '-c:v png -f mov'),
  {
    name: 'odd-sound',
    expected: 'unsupported_codec',
    make: ({ clip, convert }) => convert(clip, '-i {} -f lavfi -i sine=d=1 -c:v copy -c:a adpcm_ms -f mov'),
  },
  encoded('raw-pictures', 'unsupported_codec', source, '-c:v rawvideo -pix_fmt uyvy422 -f mov'),
  encoded(
    'hdr',
    'processed',
    source,
    '-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1 -color_primaries bt2020 -color_trc smpte2084 ' +
      '-colorspace bt2020nc -x265-params log-level=error -f mp4',
    'libx265',
  ),
  {
    name: 'two-pictures',
    expected: 'processed',
    make: ({ clip, convert }) => convert(clip, '-i {} -i {} -map 0 -map 1 -c copy -f mp4'),
  },
  {
    name: 'grows-on-the-way',
    expected: 'processed',
    make: (workshop) => growing(workshop, 'testsrc2=s=1280x720:r=30:d=0.5'),
  },
  {
    name: 'grows-beyond-eight-k',
    expected: 'too_large_picture',
    make: (workshop) => growing(workshop, 'color=s=8192x4608:r=30:d=0.1'),
  },
  {
    name: 'late-start',
    expected: 'processed',
    make: ({ clip, convert }) => convert(clip, '-itsoffset 3600 -i {} -c copy -f mp4'),
  },
];
