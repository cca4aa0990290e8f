import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { openDatabase } from '@anb/service-kit/database';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Api } from './api.ts';
import { makeDataDir, type RunningStack, startStack } from './stack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Of bcrypt, for "balon-de-oro-7". */
const HASH = '$2b$04$abcdefghijklmnopqrstuuhunoC/nEWhaPOPrgwEUuZW.hIMjdNaS';
const folder = makeDataDir();
let stack: RunningStack;

beforeAll(async () => {
  stack = await startStack(folder.path);
});
afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

/** What `npm run` would do, called in the folder of the dump. */
async function run(program: string[], cwd: string) {
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: { ...process.env, DATA_DIR: folder.path, INIT_CWD: cwd },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, summary: JSON.parse(out.trim().split('\n').at(-1) ?? '') };
}

async function hashOf(email: string): Promise<string> {
  const { DATABASE_URL: url = '' } = parseEnv(readFileSync(join(folder.path, 'import.env'), 'utf8'));
  const sql = openDatabase({ url, max: 1, applicationName: 'test' });
  const [row] = await sql<
    { hash: string }[]
  >`select password_hash as hash from auth.users where email = ${email}`;
  await sql.end();
  return row?.hash ?? '';
}

test('a contest of before goes on here: its clips are made anew and ranked by its votes', async () => {
  const dump = join(folder.path, 'old');
  mkdirSync(join(dump, 'media'), { recursive: true });
  copyFileSync(join(root, 'collections/sample.mp4'), join(dump, 'media', 'ana.mp4'));
  const write = (name: string, ...lines: string[]) =>
    writeFileSync(join(dump, name), `${lines.join('\n')}\n`);
  write(
    'users.csv',
    'id,first_name,last_name,email,hashed_password,city,country',
    `1,Ana,Ríos,ana@example.com,${HASH},Cali,Colombia`,
    `2,Eva,Paz,eva@example.com,${HASH},Cali,Colombia`,
  );
  write(
    'videos.csv',
    'id,user_id,title,is_public,original_url',
    '7,1,Triple de Ana,true,/uploads/ana.mp4',
    '8,1,Sin archivo,true,/uploads/lost.mp4',
  );
  write('votes.csv', 'user_id,video_id', '2,7');

  const words = ['--source', 'old', '--media', 'media', 'users.csv', 'videos.csv', 'votes.csv'];
  const { code, summary } = await run(['stack/src/import.ts', ...words], dump);
  expect(code).toBe(0);
  expect(summary).toMatchObject({
    users: { created: 2 },
    videos: { queued: 1, without_file: 1 },
    votes: { recorded: 1 },
  });
  expect(statSync(join(folder.path, 'import.env')).mode & 0o777).toBe(0o600);

  const api = new Api(stack.url);
  await vi.waitFor(
    async () => {
      const { body } = await api.send('GET', '/api/public/rankings?city=cali');
      expect(body).toMatchObject([{ position: 1, title: 'Triple de Ana', username: 'Ana Ríos', votes: 1 }]);
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(await hashOf('ana@example.com')).toBe(HASH);
  for (const _time of ['by the hash of before', 'by the one made anew']) {
    const login = { email: 'ana@example.com', password: 'balon-de-oro-7' };
    expect((await api.send('POST', '/api/auth/login', { body: login })).status).toBe(200);
    expect(await hashOf('ana@example.com')).toMatch(/^\$argon2id\$/);
  }
  const audit = await run(['stack/src/command.ts', 'videos', 'audit'], dump);
  expect(audit.summary).toMatchObject({ objects_without_rows: [], rows_without_objects: [] });
  expect((await run(['stack/src/import.ts', ...words], dump)).summary).toMatchObject({
    users: { known: 2 },
    videos: { known: 2 },
    votes: { known: 1 },
  });
}, 90_000);
