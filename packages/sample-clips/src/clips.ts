import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type ClipShape =
  | 'landscape'
  | 'portrait'
  | 'quicktime'
  | 'small'
  | 'long'
  | 'fps25'
  | 'fps60'
  | 'hevc';

export interface ClipDetails {
  file: string;
  description: string;
  seconds: number;
  /** As displayed, which for the portrait clip is not how its pixels are coded. */
  width: number;
  height: number;
  fps: number;
  sound: boolean;
  encoder: 'libx264' | 'libx265';
}

const fullHd = { seconds: 12, width: 1920, height: 1080, fps: 30, sound: true, encoder: 'libx264' } as const;
const hd = { ...fullHd, width: 1280, height: 720 } as const;
const vga = { ...hd, width: 480, height: 360, fps: 24, sound: false } as const;
const upright = { ...fullHd, width: 1080, height: 1920 } as const;

export const clipShapes: Record<ClipShape, ClipDetails> = {
  landscape: { ...fullHd, file: 'landscape.mp4', description: '1080p at 30 fps' },
  portrait: {
    ...upright,
    file: 'portrait.mp4',
    description: 'A phone held upright: 1080p marked as rotated',
  },
  quicktime: { ...hd, file: 'quicktime.mov', description: '720p at 30 fps in a QuickTime file' },
  small: { ...vga, file: 'small.mp4', description: 'An old camera: 480x360 (4:3) at 24 fps, silent' },
  long: { ...hd, file: 'long.mp4', seconds: 63, description: '720p at 30 fps, longer than a minute' },
  fps25: { ...fullHd, file: 'fps25.mp4', fps: 25, description: '1080p at 25 fps' },
  fps60: { ...hd, file: 'fps60.mp4', fps: 60, description: '720p at 60 fps' },
  hevc: {
    ...hd,
    file: 'hevc.mp4',
    seconds: 8,
    encoder: 'libx265',
    description: '720p at 30 fps, HEVC as new phones record',
  },
};

/**
 * What every clip shows, to tell that a picture is upright and keeps its proportions. All are parts of the
 * displayed height, save the left of the white square: a part of the width.
 */
export const clipMarks = {
  top: { colour: 0x00c853, height: 0.06 },
  bottom: { colour: 0xd50000, height: 0.06 },
  square: { colour: 0xffffff, left: 0.05, middle: 0.5, side: 0.2 },
} as const;

export async function hasEncoder(ffmpeg: string, name: string): Promise<boolean> {
  const { stdout } = await run(ffmpeg, ['-hide_banner', '-encoders']);
  return stdout.split('\n').some((line) => line.trim().split(/\s+/)[1] === name);
}

export async function makeClip(
  ffmpeg: string,
  shape: ClipShape,
  path: string,
  options: { seconds?: number; seed?: number; title?: string } = {},
): Promise<void> {
  const clip = clipShapes[shape];
  const { seconds = clip.seconds, seed = 1, title } = options;
  const rotated = clip.height > clip.width;
  const dribble = `0.5*sin(${420 + (seed % 5) * 40}*t)*exp(-14*mod(t,0.5))+0.03*(random(0)-0.5)`;
  const sound = ['-f', 'lavfi', '-i', `aevalsrc=exprs='${dribble}':s=44100`];
  const colour = '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv'.split(' ');
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-y'],
    ...(clip.sound ? sound : []),
    ...[
      '-filter_complex',
      `${scene(clip, seed)},${rotated ? 'transpose=2' : 'null'}[video]`,
      '-map',
      '[video]',
    ],
    ...(clip.sound ? ['-map', '0:a', '-c:a', 'aac', '-b:a', '96k'] : []),
    ...['-c:v', clip.encoder, '-preset', 'ultrafast', '-g', `${clip.fps * 2}`, ...colour],
    ...(clip.encoder === 'libx265' ? ['-tag:v', 'hvc1', '-x265-params', 'log-level=error'] : []),
    ...(title === undefined ? [] : ['-metadata', `title=${title}`]),
    ...['-t', `${seconds}`, '-f', clip.file.endsWith('.mov') ? 'mov' : 'mp4', path],
  ];
  try {
    await run(ffmpeg, args);
  } catch (cause) {
    const { message, stderr } = cause as Error & { stderr?: string };
    const reason = stderr?.trim().split('\n').slice(-5).join('\n') || message;
    throw new Error(`ffmpeg could not make the ${shape} clip: ${reason}`, { cause });
  }
  if (rotated) await writeFile(path, rotateWhenShown(await readFile(path), clip.width));
}

/** Where each colour goes, the first that holds winning; the rest is transparent. */
type Paint = [where: string, colour: number | ((channel: number) => string)][];

const floors = [0xc98a4b, 0x3f6fa8, 0xb5653a, 0x6d7f86, 0x7b5ea7] as const;
const jerseys = [0xf26a14, 0x1b3fae, 0xf7c325, 0x17181d, 0xf1f1f1, 0x8a1f5c, 0x159a9c] as const;
const skins = [0x7a4a2b, 0xb67a4e, 0x5b3720, 0xd9a071] as const;
const night = 0x14182c;
const boards = 0x34406e;
const chalk = 0xfff3df;

const disc = 'lt(hypot(X/W-.5,Y/H-.5),.49)';
const seam =
  'min(abs(X/W-.5),abs(Y/H-.5)),min(abs(hypot(X/W-1.05,Y/H-.5)-.38),abs(hypot(X/W+.05,Y/H-.5)-.38))';
const ball: Paint = [
  [`${disc}*lt(min(${seam}),.022)`, night],
  [disc, 0xf26a14],
];
const hoop: Paint = [
  ['between(Y/H,.72,.77)*lt(abs(X/W-.5),.2)', 0xf26a14],
  ['gt(Y/H,.77)*lt(abs(X/W-.5)+Y/H/4,.38)*lt(mod(X+Y,W/12)*mod(X-Y+H,W/12),W/10)', 0xffffff],
  ['lt(Y/H,.74)*gt(max(abs(X/W-.5)/.48,abs(Y/H-.37)/.36),.92)*lt(abs(X/W-.5),.48)', 0xffffff],
  ['lt(Y/H,.74)*lt(abs(X/W-.5),.48)', night],
];

function player(jersey: number, skin: number): Paint {
  return [
    ['lt(hypot((X-W/2)/H,Y/H-.1),.09)*lt(Y/H,.065)', night],
    ['lt(hypot((X-W/2)/H,Y/H-.1),.09)', skin],
    ['between(Y/H,.2,.56)*lt(abs(X/W-.5),.3)', jersey],
    ['between(Y/H,.22,.52)*lt(abs(X/W-.5),.46)', skin],
    ['between(Y/H,.54,.76)*lt(abs(X/W-.5),.32)', jersey],
    ['between(Y/H,.7,.94)*between(abs(X/W-.5),.1,.26)', skin],
    ['gt(Y/H,.93)*between(abs(X/W-.5),.08,.36)', 0xffffff],
  ];
}

/** Rows of round heads, each of its own colour. */
function crowd(cell: number, seed: number): Paint {
  const chance = (channel: number) =>
    `abs(mod(sin(floor(X/${cell})*12.9898+floor(Y/${cell})*78.233+${seed + channel * 0.7})*43758.5453,1))`;
  const head = `lt(hypot(mod(X,${cell})-${cell / 2},mod(Y,${cell})-${cell / 2}),${cell * 0.44})`;
  return [
    [head, (channel) => `20+60*${chance(3)}+60*${chance(channel)}`],
    ['1', night],
  ];
}

function painted(paint: Paint): string {
  const channel = (index: number) =>
    paint.reduceRight((rest, [where, colour]) => {
      const value = typeof colour === 'number' ? (colour >> (16 - 8 * index)) & 255 : colour(index);
      return `if(${where},${value},${rest})`;
    }, '0');
  const alpha = `255*gt(${paint.map(([where]) => where).join('+')},0)`;
  return `format=gbrap,geq=r='${channel(0)}':g='${channel(1)}':b='${channel(2)}':a='${alpha}'`;
}

/**
 * A court, a crowd that sways, four players and a bouncing ball, as an ffmpeg graph. Every part is drawn once
 * and looped, for drawing each frame anew would take far longer than encoding it.
 */
function scene({ width, height, fps }: ClipDetails, seed: number): string {
  const unit = Math.min(height, 1.2 * width);
  const turn = (seed * 0.37) % 1;
  const [home, away] = [pick(jerseys, seed), pick(jerseys, seed + 1 + (seed % 5))];
  const sprite = (w: number, h: number, paint: Paint, finish = 'null') =>
    `color=black:s=${Math.round(w)}x${Math.round(h)}:r=${fps},trim=end_frame=1,${painted(paint)},${finish},` +
    'scale=out_color_matrix=bt709,format=yuva420p,loop=loop=-1:size=1';
  const runner = (jersey: number, x: number, feet: number, pace: number) => [
    sprite(unit * 0.13, unit * 0.32, player(jersey, pick(skins, seed + Math.round(feet * 100)))),
    `${width * x}+${width * 0.08}*sin(t*${pace}+${6 * turn})`,
    `${height * feet - unit * 0.32}-${unit * 0.025}*abs(sin(t*${4 * pace}))`,
  ];
  const layers = [
    [
      sprite(width / 2 + unit * 0.06, height * 0.15, crowd(Math.ceil(unit * 0.02), seed), 'scale=iw*2:ih*2'),
      `${unit * 0.05}*(sin(t*1.7)-1)`,
      `${Math.round(height * clipMarks.top.height)}`,
    ],
    [sprite(unit * 0.26, unit * 0.26, hoop), `${width * 0.68}`, `${height * 0.13}`],
    runner(home, 0.55, 0.7, 1.1),
    runner(away, 0.76, 0.74, 1.5),
    runner(away, 0.54, 0.86, 1.3),
    [
      sprite(unit * 0.09, unit * 0.09, ball),
      `${width * 0.68}+${width * 0.2}*sin(t*${0.9 + 0.4 * turn}+${9 * turn})`,
      `${height * 0.84}-${height * 0.34}*abs(sin(t*${2.6 + turn}))`,
    ],
    runner(home, 0.78, 0.91, 0.9),
  ];
  const steps = layers.flatMap(([picture, x, y], i) => [
    `${picture}[layer${i}]`,
    `[frame${i}][layer${i}]overlay=x='${x}':y='${y}'[frame${i + 1}]`,
  ]);
  const court = `${courtPicture(width, height, fps, pick(floors, seed))},loop=loop=-1:size=1[frame0]`;
  return [court, ...steps, `[frame${layers.length}]setsar=1`].join(';');
}

function courtPicture(width: number, height: number, fps: number, floor: number) {
  const { top, bottom, square } = clipMarks;
  const box = (
    x: number,
    y: number,
    w: number,
    h: number,
    colour: number,
    thickness: number | 'fill' = 'fill',
  ) => `drawbox=${[x, y, w, h].map(Math.round).join(':')}:color=${hex(colour)}:t=${thickness}`;
  const side = 2 * Math.round((height * square.side) / 2);
  const [left, upper] = [Math.round(width * square.left), Math.round(height * square.middle) - side / 2];
  const edge = Math.round(height * 0.015);
  const line = Math.max(2, Math.round(height * 0.007));
  return [
    `color=${hex(floor)}:s=${width}x${height}:r=${fps},trim=end_frame=1,format=yuv444p`,
    `drawgrid=w=${Math.round(width * 0.3)}:h=${Math.round(height * 0.03)}:t=2:c=black@0.15`,
    box(0, height * 0.35, width, height * 0.05, boards),
    box(-line, height * 0.44, width + 2 * line, height * 0.44, chalk, line),
    box(width * 0.7, height * 0.44, width, height * 0.28, chalk, line),
    box(left - edge, upper - edge, side + 2 * edge, side + 2 * edge, night),
    box(left, upper, side, side, square.colour),
    box(0, 0, width, height * top.height, top.colour),
    box(0, height * (1 - bottom.height), width, height * bottom.height + 1, bottom.colour),
    // These filters mix their colours by BT.601, whatever the size of the picture.
    'scale=in_color_matrix=bt601:out_color_matrix=bt709,format=yuv420p',
  ].join(',');
}

function hex(colour: number): string {
  return `0x${colour.toString(16).padStart(6, '0')}`;
}

function pick<T>(choices: readonly [T, ...T[]], seed: number): T {
  return choices[seed % choices.length] ?? choices[0];
}

/** Phones film on their side and say in the video track's header to turn the picture a quarter clockwise. */
function rotateWhenShown(file: Buffer, shownWidth: number): Buffer {
  const video = boxes(boxes([file], 'moov'), 'trak').find((track) =>
    boxes(boxes([track], 'mdia'), 'hdlr').some((handler) => handler.toString('latin1', 8, 12) === 'vide'),
  );
  const [header] = video ? boxes([video], 'tkhd') : [];
  if (!header) throw new Error('The clip has no video track');
  const one = 0x10000;
  const matrix = [0, one, 0, -one, 0, 0, shownWidth * one, 0, 0x40000000];
  const start = header[0] === 1 ? 52 : 40;
  matrix.forEach((value, i) => void header.writeInt32BE(value, start + 4 * i));
  return file;
}

/** The payloads of the boxes of a type, as views into the file. */
function boxes(parents: Buffer[], type: string): Buffer[] {
  return parents.flatMap((parent) => {
    const found: Buffer[] = [];
    for (let start = 0; start + 8 <= parent.length; ) {
      const size = parent.readUInt32BE(start);
      const large = size === 1;
      const end =
        size === 0 ? parent.length : start + (large ? Number(parent.readBigUInt64BE(start + 8)) : size);
      if (parent.toString('latin1', start + 4, start + 8) === type) {
        found.push(parent.subarray(start + (large ? 16 : 8), end));
      }
      start = end;
    }
    return found;
  });
}
