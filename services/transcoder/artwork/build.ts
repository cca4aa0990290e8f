import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

type Values = Record<string, string | number>;

const fps = 30;
const font = import.meta.resolve('@expo-google-fonts/bebas-neue/400Regular/BebasNeue_400Regular.ttf');
const source = (name: string) => readFile(new URL(`${name}.svg`, import.meta.url), 'utf8');
const asset = (file: string) => fileURLToPath(new URL(`../assets/${file}`, import.meta.url));
const shared: Values = { court: await source('court'), mark: await source('mark') };

/** How far `t` is between two moments, from 0 to 1; `eased` arrives gently. */
const linear = (t: number, from: number, to: number) => Math.min(1, Math.max(0, (t - from) / (to - from)));
const eased = (t: number, from: number, to: number) => 1 - (1 - linear(t, from, to)) ** 3;
const drop = (t: number, from: number) => 160 - 160 * eased(t, from, from + 0.45);

function shot(u: number): [x: number, y: number] {
  const [a, b, c] = [(1 - u) ** 2, 2 * u * (1 - u), u ** 2];
  return [a * 40 + b * 560 + c * 640, a * 760 + b * 620 + c * 180];
}

function trail(tail: number, head: number): string {
  const edge = (side: number) =>
    Array.from({ length: 25 }, (_, step) => {
      const u = tail + ((head - tail) * step) / 24;
      const [x, y] = shot(u);
      const [dx, dy] = [shot(u + 0.001)[0] - x, shot(u + 0.001)[1] - y];
      const width = (side * 80 * step) / 24 / Math.hypot(dx, dy);
      return `${(x - dy * width).toFixed(1)} ${(y + dx * width).toFixed(1)}`;
    });
  return `M${[...edge(1), ...edge(-1).reverse()].join('L')}Z`;
}

/** Height of a ball that keeps 0.36 of its speed each time it meets the floor. */
function bounce(t: number, height: number, speed: number): number {
  const gravity = 2300;
  const impact = Math.sqrt(speed ** 2 + 2 * gravity * height);
  const landing = (speed + impact) / gravity;
  if (t < landing) return height + speed * t - (gravity * t ** 2) / 2;
  return landing > 1 / fps ? bounce(t - landing, 0, 0.36 * impact) : 0;
}

function opening(t: number): Values {
  const head = eased(t, -0.1, 0.8);
  const [ballX, ballY] = shot(head);
  const ball = { ballX, ballY, spin: -300 * (1 - eased(t, -0.1, 1)), ballSize: 1.55 - 0.4 * head };
  const wake = { trail: trail(eased(t, 0.1, 1.6), head), trailOpacity: 0.9 * linear(t, 1.1, 0.6) };
  const glow = 0.7 * linear(t, 0.6, 0.7) * linear(t, 1.3, 0.7);
  const ring = { ring: 110 + 130 * eased(t, 0.65, 1.3), ringOpacity: glow };
  const title = { drop1: drop(t, 0.35), drop2: drop(t, 0.45), drop3: drop(t, 0.55) };
  const show = eased(t, 0.85, 1.3);
  const word = { show, showX: 663 - 12 * show, showSpacing: 46 - 24 * show };
  const rules = { ruleLeft: 400 - 249 * show, ruleRight: 880 + 249 * show };
  return {
    ...ball,
    ...wake,
    ...ring,
    ...title,
    ...word,
    ...rules,
    shine: -150 + 1600 * linear(t, 1.05, 1.85),
  };
}

function closing(t: number): Values {
  const height = bounce(t + 0.27, 750, 0);
  const rolled = 190 * eased(t, 0.5, 3);
  const ball = { ballX: 1010 + rolled, ballY: 650 - height, spin: 90 * t + rolled * 1.2 };
  const swish = Math.max(0, t - 0.24);
  const sway = Math.sin(swish * 15) * Math.exp(-swish * 4);
  const net = { netWidth: 1 - 0.12 * sway, netLength: 1 + 0.22 * sway };
  const title = { drop1: drop(t, 0.3), drop2: drop(t, 0.42), sign: eased(t, 0.8, 1.2) };
  const vote = { vote: linear(t, 0.4, 0.7), voteY: 500 - 30 * eased(t, 0.4, 0.9) };
  return { ...ball, ...net, ...title, ...vote, shadow: 0.6 * linear(height, 350, 0) };
}

function render(svg: string) {
  return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: [fileURLToPath(font)] } }).render();
}

function fill(template: string, values: Values): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`No value for {{${name}}}`);
    return typeof value === 'number' ? value.toFixed(2) : value;
  });
}

async function film(name: string, seconds: number, frameAt: (t: number) => Values) {
  const template = await source(name);
  const input = `-f rawvideo -pixel_format rgba -video_size 1280x720 -framerate ${fps} -i pipe:0`;
  const picture = '-vf scale=out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p';
  const colour = '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv';
  // Each keyframe costs 50 kB of gradients, and nobody seeks in a bumper: one is enough.
  const coding =
    '-c:v libx264 -preset veryslow -tune animation -crf 21 -refs 4 -g 90 -bf 0 -movflags +faststart';
  const args = `-v error -y ${input} ${picture} ${colour} ${coding} -fflags +bitexact`.split(' ');
  const ffmpeg = spawn('ffmpeg', [...args, asset(`${name}.mp4`)], { stdio: ['pipe', 'inherit', 'inherit'] });
  const closed = once(ffmpeg, 'close');
  for (let frame = 0; frame < seconds * fps; frame += 1) {
    const { pixels } = render(fill(template, { ...shared, ...frameAt(frame / fps) }));
    if (!ffmpeg.stdin.write(pixels)) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} making ${name}.mp4`);
  await report(`${name}.mp4`);
}

async function report(file: string) {
  console.log(`assets/${file}: ${Math.ceil((await stat(asset(file))).size / 1000)} kB`);
}

await mkdir(asset(''), { recursive: true });
await writeFile(asset('watermark.png'), render(await source('watermark')).asPng());
await report('watermark.png');
await film('opening', 2, opening);
await film('closing', 2.5, closing);
