import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { confine, detectConfinement, killGroup, type ProcessLimits } from '../src/confine.ts';
import { runFfmpeg } from '../src/ffmpeg.ts';
import { planTranscode } from '../src/recipe.ts';

const run = promisify(execFile);
const { ffmpeg } = findFfmpeg();
const { missing } = await detectConfinement();
const limits: ProcessLimits = { cpuSeconds: 60, memoryBytes: 2 ** 30, fileBytes: 2 ** 20 };

let folder: string;
let made = 0;
const confined = (program: string, own: Partial<ProcessLimits> = {}) =>
  confine(program, join(folder, `program-${made++}`), { ...limits, ...own });
const isRunning = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anb-confine-'));
  await makeClip(ffmpeg, 'small', join(folder, 'clip.mp4'), { seconds: 30 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = { stream: 0, seconds: 30, pixels: 480 * 360 };
const planOf = (path: string) => planTranscode({ ...source, path }, (file) => join(folder, `made-${file}`));

test.runIf(process.platform === 'linux')('Linux offers the whole confinement', () => {
  expect(missing.filter((what) => what !== 'network')).toEqual([]);
});

describe.runIf(process.platform === 'linux')('a confined program', () => {
  test('sees nothing of our environment', async () => {
    process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
    process.env.DATABASE_URL ??= 'postgres://test';
    const sleeper = spawn(await confined('sleep'), ['60']);
    const names = await vi.waitFor(() => {
      const status = readFileSync(`/proc/${sleeper.pid}/comm`, 'utf8').trim();
      expect(status).toBe('sleep');
      const variables = readFileSync(`/proc/${sleeper.pid}/environ`, 'utf8').split('\0').filter(Boolean);
      // A program that is just being started has its name before its environment.
      expect(variables).not.toEqual([]);
      return variables.map((line) => line.split('=')[0]).sort();
    }, 5000);
    killGroup(sleeper.pid ?? 0);
    expect(names.filter((name) => name !== 'PWD')).toEqual(['MALLOC_ARENA_MAX', 'PATH']);
  });

  test.skipIf(missing.includes('network'))('reaches no network', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const args = ['-v', 'error', '-i', url, '-f', 'null', '-'];
    await expect(run(ffmpeg, args)).rejects.toThrow();
    expect(asked).toBeGreaterThan(0);
    asked = 0;
    await expect(run(await confined(ffmpeg), args)).rejects.toThrow(/Network is unreachable/);
    expect(asked).toBe(0);
    server.close();
  });

  test('is killed with all it has started', async () => {
    const parent = spawn(await confined('sh'), ['-c', 'sleep 300 & echo $!; wait']);
    const [line] = await once(parent.stdout, 'data');
    const grandchild = Number(line);
    expect(isRunning(grandchild)).toBe(true);
    killGroup(parent.pid ?? 0);
    await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false), 5000);
  });

  test('dies with its worker, even by kill -9', async () => {
    const program = fileURLToPath(new URL('./hanging.ts', import.meta.url));
    const worker: ChildProcess = spawn(process.execPath, [program, join(folder, 'hanging')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = worker.stdout ? await once(worker.stdout, 'data') : [];
    const pid = Number(line);
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).toBe('sleep'), 5000);
    worker.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000);
  });

  test('does not begin when its worker has died before', async () => {
    const path = await confined('touch');
    const witness = join(folder, 'witness');
    // As if by another parent than the one it was made for.
    await run('sh', ['-c', `"${path}" "${witness}"; true`]);
    expect(existsSync(witness)).toBe(false);
  });

  test.each<[string, string, Partial<ProcessLimits>]>([
    ['memory', 'too_demanding', { memoryBytes: 400 * 2 ** 20 }],
    ['processor time', 'took_too_long', { cpuSeconds: 1 }],
    ['file size', 'too_demanding', { fileBytes: 50_000 }],
  ])('gets no more %s than allowed, which is a verdict', async (_what, code, own) => {
    const program = await confined(ffmpeg, { fileBytes: 2 ** 28, ...own });
    const options = { signal: AbortSignal.timeout(15_000), timeoutSeconds: 15 };
    await expect(runFfmpeg(program, planOf(join(folder, 'clip.mp4')), options)).rejects.toMatchObject({
      code,
    });
  });

  test('opens no more files than allowed, and leaves no core', async () => {
    const shell = spawn(await confined('sh'), ['-c', 'ulimit -n; ulimit -c']);
    expect((await text(shell.stdout)).split('\n')).toEqual(['64', '0', '']);
  });
});

test('ffmpeg’s process group is killed by the signal and at the deadline', async () => {
  // ffmpeg behind a program of its own, as a packager may have it, with a job that does not end by itself.
  const wrapper = join(folder, 'wrapped');
  const endless = `sleep 300 & echo $! > '${folder}/pid'; wait`;
  const script = `case "$*" in *' -i '*) ${endless};; *) exec '${ffmpeg}' "$@";; esac`;
  writeFileSync(wrapper, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const program = await confined(wrapper, { fileBytes: 2 ** 28 });
  const plan = planOf(join(folder, 'clip.mp4'));
  const lastPid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));
  const stop = new AbortController();
  const stopped = runFfmpeg(program, plan, { signal: stop.signal, timeoutSeconds: 60 });
  await vi.waitFor(() => expect(isRunning(lastPid())).toBe(true), 5000);
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  // It closes its files, which we hear, a moment before it is gone.
  await vi.waitFor(() => expect(isRunning(lastPid())).toBe(false), 5000);
  const late = runFfmpeg(program, plan, { signal: new AbortController().signal, timeoutSeconds: 1 });
  await expect(late).rejects.toThrow('not done in');
  await vi.waitFor(() => expect(isRunning(lastPid())).toBe(false), 5000);
});
