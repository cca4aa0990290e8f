import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { readAssets } from '../src/assets.ts';

const repository = join(import.meta.dirname, '../../..');
const copy = mkdtempSync(join(tmpdir(), 'anb-portal-'));
afterAll(() => rmSync(copy, { recursive: true }));
const portal = join(copy, 'services/portal');
mkdirSync(portal, { recursive: true });
for (const name of ['build.ts', 'package.json', 'src'])
  cpSync(join(repository, 'services/portal', name), join(portal, name), { recursive: true });
for (const path of ['node_modules', 'services/portal/node_modules', 'packages'])
  if (existsSync(join(repository, path))) symlinkSync(join(repository, path), join(copy, path));

const build = () => promisify(execFile)(process.execPath, [join(portal, 'build.ts')]);
const program = join(portal, 'dist/server/main.js');

/** How often the program was away again once it had been there. */
async function countGaps(work: Promise<unknown>): Promise<number> {
  let [isDone, wasThere, gaps] = [false, false, 0];
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const isThere = existsSync(program);
    if (wasThere && !isThere) gaps++;
    wasThere = isThere;
    await sleep(1);
  }
  await done;
  return gaps;
}

test('of several builds at once one stays, whole from the first moment on', async () => {
  expect(await countGaps(Promise.all([build(), build(), build()]))).toBe(0);
  const assets = readAssets(new URL(`file://${portal}/dist/client/`));
  const islands = readdirSync(join(portal, 'src/islands')).map((name) => name.replace('.tsx', ''));
  for (const path of [...assets.scripts, assets.font, assets.icon, ...islands.flatMap(assets.island)])
    expect(assets.file(path.replace('/assets/', '')), path).toBeDefined();
  expect(readdirSync(portal).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
}, 60_000);

test('a build is for production whoever calls it, and has no path of this machine in it', () => {
  const scripts = readdirSync(join(portal, 'dist/client/assets')).filter((name) => name.endsWith('.js'));
  for (const name of scripts)
    expect(readFileSync(join(portal, 'dist/client/assets', name), 'utf8'), name).not.toContain(copy);
});

test('only other sources are built anew', async () => {
  const built = statSync(program).mtimeMs;
  await build();
  expect(statSync(program).mtimeMs).toBe(built);
  appendFileSync(join(portal, 'src/main.ts'), "log.info('another one');\n");
  await build();
  expect(readFileSync(program, 'utf8')).toContain('another one');
});
