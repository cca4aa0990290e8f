import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api as Client } from '@anb/api-client/api';
import { beginDirectUpload } from '@anb/api-client/direct-upload';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api } from './api.ts';
import { makeDataDir, type RunningStack, startStack } from './stack.ts';

const PADDING = 20 * 1024 * 1024;
const PARTS = 3;
const program = fileURLToPath(new URL('upload-client.ts', import.meta.url));
const folder = makeDataDir();
const clip = join(folder.path, 'clip.mp4');
let stack: RunningStack;

beforeAll(async () => {
  stack = await startStack(folder.path);
  await makeClip(findFfmpeg().ffmpeg, 'small', clip, { seconds: 2 });
  await appendFile(clip, freeBox(PADDING));
});
afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

/** What players skip, of bytes that do not repeat. */
function freeBox(bytes: number): Buffer {
  const box = randomBytes(bytes);
  box.writeUInt32BE(bytes);
  box.write('free', 4, 'latin1');
  return box;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a direct upload whose client is killed after each part goes on in a new process to the same bytes', async () => {
  const api = new Api(stack.url);
  const player = await api.signUp();
  const token = player.authorization.replace('Bearer ', '');
  const videoId = await beginDirectUpload(new Client(stack.url), token, {
    ...{ path: clip, filename: 'clip.mp4', title: 'Mi mejor jugada', isPublic: false },
  });
  const goOn = async () => {
    const child = spawn(process.execPath, [program, stack.url, token, videoId, clip], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = await once(child, 'exit');
    return signal ?? code;
  };
  for (let part = 1; part <= PARTS; part++) {
    expect(await goOn()).toBe('SIGKILL');
    const { body } = await api.as(player, 'GET', `/api/videos/uploads/${videoId}`);
    expect(body.received).toEqual(Array.from({ length: part }, (_, place) => place + 1));
  }
  expect(await goOn()).toBe(0);
  expect(await goOn()).toBe(0); // nothing is left to do

  const video = await api.finished(player, videoId);
  expect(video).toMatchObject({ status: 'processed', original_filename: 'clip.mp4' });
  const original = await fetch(video.original_url);
  expect(original.status).toBe(200);
  expect(sha256(await original.bytes())).toBe(sha256(await readFile(clip)));
}, 60_000);
