import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Visitor } from './visitor.ts';

// People at work, as a process of its own: pages, rankings, sign-ins, votes and slow uploads, each answer checked.
// Asks never twice. Ends when it is told to, and then reports.
const [url = '', mode = ''] = process.argv.slice(2);
const withUploads = mode === 'with-uploads';

const clip = readFileSync(fileURLToPath(new URL('../../collections/sample.mp4', import.meta.url)));
/** The control is short, so more people meet it. */
const VISITORS = withUploads ? 10 : 30;
const MEAN_PAUSE_MS = 120;
/** Much longer than the scaled pause before a stop, so that a pod that leaves has some in hand when SIGTERM comes. */
const UPLOAD_SECONDS = 20;
const UPLOADS_AT_ONCE = 3;
const PROCESSED_MS = 180_000;

const report = {
  requests: 0,
  failed: 0,
  failures: [] as string[],
  /** Uploads that were acknowledged. */
  uploads: [] as string[],
  notProcessed: [] as string[],
  /** Votes that were acknowledged, and those of the ranking in the end. */
  votes: {} as Record<string, number>,
  counted: {} as Record<string, number>,
};
export type LoadReport = typeof report;

let isOver = false;
const visit = (label: string) =>
  new Visitor(url, `${label}-${randomUUID()}@example.com`, (failure) => {
    report.requests++;
    if (!failure) return;
    report.failed++;
    if (report.failures.length < 20) report.failures.push(`${new Date().toISOString()} ${failure}`);
  });

const player = visit('player');
await player.signUp();
const videos = await findVideos();
process.send?.('ready');
process.once('message', () => {
  isOver = true;
});

await Promise.all([
  ...Array.from({ length: VISITORS }, browse),
  ...Array.from({ length: withUploads ? UPLOADS_AT_ONCE : 0 }, upload),
]);
await settle();
process.send?.(report);
process.disconnect();

/** Those that may be voted for; the first process makes some. */
async function findVideos(): Promise<string[]> {
  if (withUploads) {
    for (let n = 0; n < 3; n++) report.uploads.push(await player.upload(clip, 0.2));
    for (const id of report.uploads) await isProcessed(id);
    await sleep(1500);
  }
  return (await player.ranking()).map(({ video_id }) => video_id);
}

/** One person; now and then a new one, with votes of their own to give. */
async function browse(): Promise<void> {
  let person = visit('fan');
  const given = new Set<string>();
  const become = async () => {
    person = visit('fan');
    given.clear();
    await person.signUp();
  };
  const castVote = async () => {
    const video = videos[Math.floor(Math.random() * videos.length)] ?? '';
    const isNew = !given.has(video);
    if (!(await person.vote(video, isNew)) || !isNew) return;
    given.add(video);
    report.votes[video] = (report.votes[video] ?? 0) + 1;
  };
  const habits: [share: number, act: () => Promise<unknown>][] = [
    [20, () => person.openPage()],
    [25, () => person.readRanking(videos)],
    [10, () => person.readStats()],
    [10, () => person.readCatalogue()],
    [15, () => person.readProfile()],
    [10, castVote],
    [5, () => person.logIn()],
    [2, become],
  ];
  await person.signUp();
  while (!isOver) {
    await choose(habits)().catch(() => {});
    await sleep(Math.random() * 2 * MEAN_PAUSE_MS);
  }
}

function choose<T>(options: [share: number, option: T][]): T {
  let at = Math.random() * options.reduce((sum, [share]) => sum + share, 0);
  const found = options.find(([share]) => {
    at -= share;
    return at < 0;
  });
  return (found ?? options[0])?.[1] as T;
}

/** One slow upload after the other; the first are of different lengths, so that not all end at once. */
async function upload(_: unknown, place: number): Promise<void> {
  for (let seconds = (UPLOAD_SECONDS * (place + 1)) / UPLOADS_AT_ONCE; !isOver; seconds = UPLOAD_SECONDS) {
    const id = await player.upload(clip, seconds).catch(() => undefined);
    if (id) report.uploads.push(id);
  }
}

async function isProcessed(id: string): Promise<boolean> {
  const deadline = performance.now() + PROCESSED_MS;
  while (performance.now() < deadline) {
    const status = await player.statusOf(id).catch(() => 'unknown');
    if (status === 'processed') return true;
    if (status === 'failed') return false;
    await sleep(500);
  }
  return false;
}

async function settle(): Promise<void> {
  for (const id of report.uploads) if (!(await isProcessed(id))) report.notProcessed.push(id);
  for (const { video_id, votes } of await player.ranking()) report.counted[video_id] = votes;
}
