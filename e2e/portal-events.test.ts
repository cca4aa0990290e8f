import { setTimeout as sleep } from 'node:timers/promises';
import { createVideo, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { refusalOf, send } from '../services/portal/src/client/api.ts';
import { watchVideo } from '../services/portal/src/client/watch-video.ts';
import { startVideos, type Videos } from '../services/videos/test/setup.ts';

/** How the portal follows a video, at the videos service behind a network that breaks. */

let videos: Videos;
let player: Player;
let proxy: TcpProxy;
let videoId: string;

beforeAll(async () => {
  videos = await startVideos();
  proxy = await TcpProxy.start(Number(new URL(await videos.serve(videos.app)).port));
});
beforeEach(async () => {
  player = await videos.players.signUp();
  videoId = await createVideo(videos.database.admin, player.id, { status: 'uploaded' });
});
afterAll(async () => {
  await proxy?.close();
  await videos?.stop();
});

async function open(path: string, { signal }: { signal: AbortSignal }) {
  const token = player.authorization.replace('Bearer ', '');
  const answer = await send('GET', `http://127.0.0.1:${proxy.port}${path}`, { token, signal });
  if (answer.ok) return answer;
  throw refusalOf(answer, await answer.json());
}

const rest = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});

function watch() {
  const told: string[] = [];
  const lost = vi.fn();
  const stop = new AbortController();
  const done = watchVideo({ open, rest }, videoId, {
    signal: stop.signal,
    tell: ({ status, stage, progress }) => told.push([status, stage, progress].filter(Boolean).join(' ')),
    onLost: lost,
  });
  done.catch(() => {});
  return { told, lost, stop, done };
}

const become = (change: object) =>
  videos.database
    .admin`update videos.videos set ${videos.database.admin(change as { status: string })} where id = ${videoId}`;
const processing = (stage: string, progress: number) => become({ status: 'processing', stage, progress });

test('a video is followed until it is processed', async () => {
  const { told, done } = watch();
  await vi.waitFor(() => expect(told).toEqual(['uploaded']));
  await processing('transcoding', 40);
  await vi.waitFor(() => expect(told.at(-1)).toBe('processing transcoding 40'));
  await become({ status: 'failed', failure_code: 'unreadable', stage: null });
  await done;
  expect(told.at(-1)).toMatch(/^failed/);
});

test('also over a network that breaks', async () => {
  const { told, lost, done } = watch();
  await vi.waitFor(() => expect(told).toEqual(['uploaded']));
  proxy.cut();
  await vi.waitFor(() => expect(lost).toHaveBeenCalled());
  await processing('storing', 90);
  proxy.heal();
  await vi.waitFor(() => expect(told.at(-1)).toBe('processing storing 90'), { timeout: 10_000 });
  await become({ status: 'failed', failure_code: 'unreadable', stage: null });
  await done;
});

test('until nobody looks any more', async () => {
  const { told, stop, done } = watch();
  await vi.waitFor(() => expect(told).toEqual(['uploaded']));
  stop.abort();
  await done;
  await processing('transcoding', 10);
  expect(told).toEqual(['uploaded']);
});

test("not somebody else's", async () => {
  player = await videos.players.signUp();
  await expect(watch().done).rejects.toMatchObject({ code: 'not_your_video' });
});
