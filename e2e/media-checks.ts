import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Stream {
  codec_type: string;
  codec_name: string;
  width: number;
  height: number;
  pix_fmt: string;
  sample_aspect_ratio: string;
}

export interface Probe {
  streams: Stream[];
  format: { duration: string; tags?: Record<string, string> };
}

/** What ffprobe says of a file or an address. */
export async function probe(ffprobe: string, source: string): Promise<Probe> {
  const { stdout } = await run(ffprobe, [
    '-v',
    'error',
    '-show_streams',
    '-show_format',
    '-of',
    'json',
    source,
  ]);
  return JSON.parse(stdout);
}

/** Presentation and decoding time of every packet, in the order of the file. */
export async function packetTimes(ffprobe: string, source: string): Promise<{ pts: number; dts: number }[]> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time,dts_time',
    '-of',
    'json',
    source,
  ];
  const { stdout } = await run(ffprobe, args, { maxBuffer: 2 ** 24 });
  const { packets } = JSON.parse(stdout) as { packets: { pts_time: string; dts_time: string }[] };
  return packets.map(({ pts_time, dts_time }) => ({ pts: Number(pts_time), dts: Number(dts_time) }));
}

/** The boxes at the top of an MP4, in order. */
export function topBoxes(file: Buffer): string[] {
  const boxes: string[] = [];
  for (let at = 0; at + 8 <= file.length; ) {
    const size = file.readUInt32BE(at);
    boxes.push(file.toString('latin1', at + 4, at + 8));
    at += size === 1 ? Number(file.readBigUInt64BE(at + 8)) : size || file.length;
  }
  return boxes;
}

export interface Picture {
  width: number;
  height: number;
  rgb: Buffer;
}

/** One picture of a video as RGB, scaled when a size is given. */
export async function pictureAt(
  ffmpeg: string,
  source: string,
  seconds: number,
  size?: { width: number; height: number },
): Promise<Picture> {
  const { width, height } = size ?? { width: 1280, height: 720 };
  const args = [
    '-v',
    'error',
    ...(seconds > 0 ? ['-ss', String(seconds)] : []),
    '-i',
    source,
    '-frames:v',
    '1',
  ];
  const scale = ['-vf', `scale=${width}:${height}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = await run(ffmpeg, [...args, ...scale], { encoding: 'buffer', maxBuffer: 2 ** 26 });
  if (stdout.length !== width * height * 3) throw new Error(`no picture at ${seconds} s of ${source}`);
  return { width, height, rgb: stdout };
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Mean red, green and blue of an area, 0 to 255. */
export function meanColour(picture: Picture, area: Area): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  eachPixel(picture, area, (at) => {
    for (const channel of [0, 1, 2] as const) sums[channel] += picture.rgb[at + channel] ?? 0;
  });
  const pixels = area.width * area.height;
  return sums.map((sum) => sum / pixels) as [number, number, number];
}

/** How far two pictures of one size differ in an area: mean of the channels' differences, 0 to 255. */
export function difference(a: Picture, b: Picture, area: Area): number {
  let sum = 0;
  eachPixel(a, area, (at) => {
    for (const channel of [0, 1, 2]) sum += Math.abs((a.rgb[at + channel] ?? 0) - (b.rgb[at + channel] ?? 0));
  });
  return sum / (3 * area.width * area.height);
}

function eachPixel(picture: Picture, area: Area, visit: (at: number) => void): void {
  for (let y = area.y; y < area.y + area.height; y++) {
    for (let x = area.x; x < area.x + area.width; x++)
      visit(3 * (Math.floor(y) * picture.width + Math.floor(x)));
  }
}

/** Width and height of the bright square around a point. */
export function brightExtent(picture: Picture, x: number, y: number): { width: number; height: number } {
  const isBright = (px: number, py: number) => {
    const at = 3 * (py * picture.width + px);
    return [0, 1, 2].every((channel) => (picture.rgb[at + channel] ?? 0) > 200);
  };
  const reach = (dx: number, dy: number) => {
    let steps = 0;
    while (isBright(x + dx * (steps + 1), y + dy * (steps + 1))) steps++;
    return steps;
  };
  return { width: reach(1, 0) + reach(-1, 0) + 1, height: reach(0, 1) + reach(0, -1) + 1 };
}
