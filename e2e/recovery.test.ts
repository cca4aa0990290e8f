import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { freePorts } from '@anb/embedded/ports';
import { makeClip } from '@anb/sample-clips';
import { openDatabase } from '@anb/service-kit/database';
import { keepOutput } from '@anb/testing/logs';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Api } from './api.ts';
import { descendants, environmentOf, killAll, makeDataDir, type RunningStack, startStack } from './stack.ts';

const folder = makeDataDir();
const running: RunningStack[] = [];
const start = async (env: Record<string, string> = {}) => {
  const stack = await startStack(folder.path, env);
  running.push(stack);
  return stack;
};
afterAll(async () => {
  await Promise.all(running.map((stack) => stack.stop()));
  folder.remove();
});

/** What the store holds below a video's media, whatever became of it. */
function versions(videoId: string): string[] {
  const media = join(folder.path, 'objects', 'buckets', 'anb-rising-stars', 'objects', 'media', videoId);
  return existsSync(media) ? readdirSync(media) : [];
}

describe('the local stack', () => {
  test('killed in the middle of three transcodes ends them all after the next start, each once', async () => {
    const workers = { TRANSCODERS: '3', VISIBILITY_SECONDS: '5' };
    const path = join(folder.path, 'clip.mp4');
    await makeClip(findFfmpeg().ffmpeg, 'landscape', path, { seconds: 12 });
    const clip = new Uint8Array(await readFile(path));

    const first = await start(workers);
    let api = new Api(first.url);
    const player = await api.signUp();
    const ids = await Promise.all([1, 2, 3].map(() => api.upload(player, clip, { is_public: 'true' })));
    const states = async () => {
      const { body } = await api.as(player, 'GET', '/api/videos');
      return body.map((video: { status: string }) => video.status);
    };
    await vi.waitFor(async () => expect(await states()).toEqual(['processing', 'processing', 'processing']), {
      timeout: 20_000,
      interval: 20,
    });
    await first.kill();

    const second = await start(workers);
    expect(second.log()).toContain('stack       unfinished videos queued again: 3\n');
    api = new Api(second.url);
    for (const id of ids) {
      const video = await api.finished(player, id, 60_000);
      expect(video.status).toBe('processed');
      expect(versions(id)).toEqual([video.processed_url.split('/').at(-2)]);
    }
    await vi.waitFor(
      async () => expect((await api.send('GET', '/api/public/rankings')).body).toHaveLength(3),
      5000,
    );
  }, 120_000);

  test('is refused on data that another one uses, and on a port that is taken, with what to do', async () => {
    await expect(startStack(folder.path)).rejects.toThrow(
      /^the stack ended:\n\nA stack runs on .* already .*DATA_DIR/,
    );
    const other = makeDataDir();
    const port = new URL(running.at(-1)?.url ?? '').port;
    await expect(startStack(other.path, { PORT: port })).rejects.toThrow(`Port ${port} is taken. Set PORT`);
    other.remove();
  });

  test('listens on loopback only', async () => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;
    if (!address) return; // a machine without a network has nothing else to listen on
    const refused = await new Promise((resolve) => {
      const socket = createConnection(Number(new URL(running.at(-1)?.url ?? '').port), address);
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    });
    expect(refused).toBe(true);
  });

  test('stops cleanly at Ctrl-C: exit 0, and no process is left', async () => {
    const stack = running.at(-1);
    expect(await stack?.stop()).toBe(0);
    const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && mentions(pid, folder.path));
    expect(left).toEqual([]);
    expect(existsSync(join(folder.path, 'stack.pid'))).toBe(false);
  });

  test('ends in order when npm is told to end, as a script or a supervisor does', async () => {
    const [port = 0] = await freePorts(1);
    const npm = spawn('npm', ['start'], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, PORT: String(port), DATA_DIR: folder.path },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    keepOutput(npm, 'npm-start');
    let said = '';
    npm.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await vi.waitFor(() => expect(said).toContain('ready: http'), { timeout: 30_000, interval: 100 });
    const stack = descendants(npm.pid ?? 0);
    onTestFinished(() => killAll(stack));
    npm.kill('SIGTERM');
    await vi.waitFor(() => expect(said).toContain('stack       stopped'), { timeout: 20_000, interval: 100 });
  }, 60_000);

  test('removes at its start the uploads that were abandoned, and says without a worker that clips wait', async () => {
    const first = await start();
    const player = await new Api(first.url).signUp();
    const json = { size: 1000, filename: 'clip.mp4' };
    for (const title of ['Nunca más', 'Mañana sigo'])
      await new Api(first.url).as(player, 'POST', '/api/videos/uploads', { ...json, title });
    const url = environmentOf(first.pidOf('videos')).DATABASE_URL ?? '';
    const sql = openDatabase({ url, max: 1, applicationName: 'test' });
    await sql`update videos.uploads set touched_at = now() - interval '25 hours' where title = 'Nunca más'`;
    await sql.end();
    await first.stop();

    const second = await start({ TRANSCODERS: '0' });
    const { body } = await new Api(second.url).as(player, 'GET', '/api/videos/uploads');
    expect(second.log()).toContain('clips wait until a start with a worker');
    expect(body).toMatchObject([{ title: 'Mañana sigo' }]);
  }, 60_000);

  test('says, its Postgres killed, that nothing is lost and how to go on', async () => {
    const stack = running.at(-1);
    const [pid = ''] = readFileSync(join(folder.path, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await vi.waitFor(
      () => expect(stack?.log()).toMatch(/because Postgres ended. Nothing .* lost.* npm start\n\n$/),
      40_000,
    );
    expect(await stack?.stop()).toBe(1);
  }, 60_000);
});

function mentions(pid: string, text: string): boolean {
  try {
    return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text));
  } catch {
    return false;
  }
}
