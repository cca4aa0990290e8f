import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { hostileFiles, type MadeFile, makeCorpus } from '@anb/sample-clips/hostile';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Impossible } from '../src/failure.ts';
import { probePicture } from '../src/ffmpeg.ts';
import { makeMedia } from '../src/transcode.ts';

const programs = findFfmpeg();
/** Those that take a moment; the chaos suite sends them all through a worker. */
const slice = hostileFiles.filter(
  ({ name, expected }) =>
    expected === 'not_a_video' ||
    /^(playlist-behind|reference|media-by|million|thousand|ten-thousand|sixteen|wider|grows-beyond|unknown|billions|edited-to|huge|animation|odd-sound|hdr)/.test(
      name,
    ),
);

let folder: string;
let server: Server;
let files: Map<string, MadeFile>;
let asked = 0;
const canaryPath = () => join(folder, 'canary');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anb-hostile-'));
  execFileSync('mkfifo', [canaryPath()]);
  server = createServer((_request, response) => {
    asked++;
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary`;
  const wanted = new Set(slice.map(({ name }) => name));
  const made = await makeCorpus(
    programs.ffmpeg,
    join(folder, 'corpus'),
    { path: canaryPath(), url },
    ({ name }) => wanted.has(name),
  );
  files = new Map(made.map((file) => [file.name, file]));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A pipe can be opened for writing, without waiting, only while somebody has it open to read. */
function isCanaryOpen(): boolean {
  try {
    closeSync(openSync(canaryPath(), constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  expect(asked).toBe(0);
  expect(isCanaryOpen()).toBe(false);
});

test.for(slice.map(({ name, expected }) => ({ name, expected })))(
  '$name ends as $expected',
  { timeout: 40_000 },
  async ({ name, expected }, { skip }) => {
    const file = files.get(name);
    if (!file) return skip('this ffmpeg can not make it');
    const job = join(folder, `job-${name}`);
    mkdirSync(job);
    symlinkSync(file.path, join(job, 'original'));
    const watch = watchCanary();
    const options = { programs, signal: AbortSignal.timeout(30_000), onProgress: () => {} };
    const ended = await makeMedia(job, options).then(
      () => 'processed',
      (error: unknown) => (error instanceof Impossible ? error.code : error),
    );
    expect(watch()).toBe(false);
    expect(ended).toBe(expected);
  },
);

describe('behind the first look, ffprobe', () => {
  const playlists = slice.filter(({ name }) => /^(hls|concat|dash|svg|session|playlist)/.test(name));
  test.each(playlists.map(({ name }) => ({ name })))('opens nothing that $name names', async ({ name }) => {
    const watch = watchCanary();
    const probing = probePicture(programs.ffprobe, files.get(name)?.path ?? '', AbortSignal.timeout(15_000));
    await expect(probing).rejects.toMatchObject({ code: 'unreadable' });
    expect(watch()).toBe(false);
  });
});

/** @returns a function that ends the watch and says whether the canary was touched */
function watchCanary(): () => boolean {
  let touched = false;
  const timer = setInterval(() => {
    touched ||= isCanaryOpen();
  }, 5);
  return () => {
    clearInterval(timer);
    return touched || asked > 0;
  };
}
