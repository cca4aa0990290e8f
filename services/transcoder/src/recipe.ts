import { fileURLToPath } from 'node:url';
import type { MediaFile } from '@anb/service-kit/media';

/** The showcase format. */
export const WIDTH = 1280;
export const HEIGHT = 720;
export const FPS = 30;
/** At most so much of the player's clip is shown. */
export const MAX_CLIP_SECONDS = 30;
/** 8K; beyond it a frame alone takes hundreds of megabytes. */
export const MAX_PIXELS = 7680 * 4320;

const asset = (name: string) => fileURLToPath(new URL(`../assets/${name}`, import.meta.url));
const opening = { path: asset('opening.mp4'), seconds: 2 };
const closing = { path: asset('closing.mp4'), seconds: 2.5 };
const watermark = asset('watermark.png');
const WATERMARK_MARGIN = 24;

/** Of a list's card, as wide as a phone's at single density. */
const THUMBNAIL = { width: 480, height: 270 };
/** Of 2 to 31, best first: the least at which every sample clip's poster keeps an SSIM of 0.99. */
const POSTER_QUALITY = 4;
/** 10 to 20 kB. */
const THUMBNAIL_QUALITY = 5;

/** Together at most five seconds of every showcase clip. */
export const BUMPER_SECONDS = opening.seconds + closing.seconds;

export interface Source {
  path: string;
  /** Which of the file's streams is the picture. */
  stream: number;
  /** How long the picture is said to last. */
  seconds: number;
  /** As coded; 0 when unknown. */
  pixels?: number;
}

export interface FfmpegInput {
  path: string;
  options: string[];
}

export interface FfmpegPlan {
  inputs: FfmpegInput[];
  filterGraph: string;
  outputs: FfmpegInput[];
}

/** Decoders that may be opened; ffmpeg has five hundred, and looks into every track of a file before it leaves it out. */
const decoders = [
  ...['h264', 'hevc', 'av1', 'libdav1d', 'libaom-av1', 'vp9', 'vp8', 'prores', 'dnxhd'],
  ...['mpeg4', 'h263', 'mjpeg', 'mpeg2video', 'mpeg1video', 'png', 'bmp'],
  ...['aac', 'mp3', 'mp3float', 'alac', 'amrnb', 'amrwb', 'ac3', 'eac3', 'opus', 'libopus', 'flac'],
  ...['pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be', 'pcm_f32le', 'pcm_f32be'],
  ...['pcm_u8', 'pcm_s8', 'pcm_alaw', 'pcm_mulaw', 'adpcm_ima_qt', 'mov_text', 'cc_dec'],
];

/**
 * What keeps ffmpeg from believing a hostile file: it opens files only (no addresses in a playlist), as MP4 or
 * QuickTime only (a playlist renamed .mp4 would otherwise be read as a playlist, and what it names opened), nothing
 * that the file refers to, and gets no more than 256 MiB at once.
 */
export const untrustedInput = [
  ...['-protocol_whitelist', 'file'],
  ...['-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2'],
  ...['-codec_whitelist', decoders.join(',')],
  ...['-enable_drefs', '0', '-use_absolute_path', '0', '-ignore_chapters', '1'],
  ...['-max_alloc', String(256 * 2 ** 20)],
  ...['-f', 'mov'],
];

/** Beyond 4K a frame takes up to 100 MB: each that a thread or a filter holds counts. */
const isHuge = ({ pixels = 0 }: Source) => pixels > 4096 * 2304;

/** Plans one ffmpeg run: opening, clip and closing as one picture track with the watermark, poster and thumbnail. */
export function planTranscode(source: Source, pathOf: (file: MediaFile) => string): FfmpegPlan {
  const clipSeconds = Math.min(source.seconds, MAX_CLIP_SECONDS);
  // Display shape counts, not pixel counts: pixels need not be square. Even numbers, as yuv420p wants.
  const width = `min(${WIDTH}\\,max(2\\,trunc(${HEIGHT}*dar/2)*2))`;
  const height = `min(${HEIGHT}\\,max(2\\,trunc(${WIDTH}/dar/2)*2))`;
  const bumper = `fps=${FPS},format=yuv420p,setsar=1`;
  const pace = `fps=${FPS},trim=end_frame=${MAX_CLIP_SECONDS * FPS}`;
  const size = `scale=w=${width}:h=${height}:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1`;
  const posterAt = opening.seconds + clipSeconds / 3;
  return {
    inputs: [
      { path: opening.path, options: ['-nostdin', '-v', 'error', '-stats', '-filter_complex_threads', '2'] },
      {
        path: source.path,
        options: [
          ...untrustedInput,
          // The picture may grow after the probe.
          ...['-max_pixels', String(MAX_PIXELS), '-threads', isHuge(source) ? '1' : '2'],
          // A picture that changes its size is scaled on; a new graph would begin without what came before.
          ...['-reinit_filter', '0', '-t', String(MAX_CLIP_SECONDS)],
        ],
      },
      { path: closing.path, options: [] },
      { path: watermark, options: [] },
    ],
    filterGraph: [
      `[0:v]${bumper}[opening]`,
      // Rotation marked in the file has been applied by ffmpeg before the graph.
      // fps keeps two frames; of 60 a second it spares half the scaling.
      `[1:${source.stream}]setpts=PTS-STARTPTS,${isHuge(source) ? `${size},${pace}` : `${pace},${size}`}` +
        `,pad=${WIDTH}:${HEIGHT}:(ow-iw)/2:(oh-ih)/2:color=black[clip]`,
      `[clip][3:v]overlay=x=W-w-${WATERMARK_MARGIN}:y=H-h-${WATERMARK_MARGIN},setsar=1[marked]`,
      `[2:v]${bumper}[closing]`,
      // Joining before encoding; joined streams that were copied have broken times where frame rates differ.
      `[opening][marked][closing]concat=n=3:v=1:a=0,fps=${FPS},split[video][still]`,
      // The most telling of ten pictures of a second, a third into the clip. Taken behind concat: a branch
      // before it would have every frame up to there wait in memory.
      `[still]trim=start=${posterAt}:end=${posterAt + 1},fps=10,thumbnail=10,split[poster][telling]`,
      `[telling]scale=${THUMBNAIL.width}:${THUMBNAIL.height}[thumbnail]`,
    ].join(';'),
    outputs: [
      {
        path: pathOf('clip.mp4'),
        options: [
          ...['-map', '[video]', '-an', '-sn', '-dn'],
          // Phones write the place of the recording into the file; it must not be published.
          ...['-map_metadata', '-1', '-map_chapters', '-1'],
          ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '22', '-profile:v', 'high', '-level', '3.1'],
          // No B-frames: packets come in the order of their times and no player needs an edit list.
          ...['-pix_fmt', 'yuv420p', '-bf', '0', '-g', String(2 * FPS)],
          // The level's rate: noise would make a clip of hundreds of megabytes.
          ...['-maxrate', '14M', '-bufsize', '14M', '-threads', '4'],
          ...[
            '-colorspace',
            'bt709',
            '-color_primaries',
            'bt709',
            '-color_trc',
            'bt709',
            '-color_range',
            'tv',
          ],
          ...['-movflags', '+faststart', '-f', 'mp4'],
        ],
      },
      still('[poster]', POSTER_QUALITY, pathOf('poster.jpg')),
      still('[thumbnail]', THUMBNAIL_QUALITY, pathOf('thumbnail.jpg')),
    ],
  };
}

const still = (label: string, quality: number, path: string): FfmpegInput => ({
  path,
  options: [
    ...['-map', label, '-frames:v', '1', '-q:v', String(quality), '-threads', '1'],
    ...['-map_metadata', '-1', '-f', 'image2', '-update', '1'],
  ],
});
