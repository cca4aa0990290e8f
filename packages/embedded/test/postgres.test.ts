import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@anb/service-kit/database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePorts } from '../src/ports.ts';
import { type EmbeddedPostgres, startPostgres } from '../src/postgres.ts';

let folder: string;
const started: EmbeddedPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anb-postgres-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start() {
  const [port = 0] = await freePorts(1);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port, password: 'secret' });
  started.push(postgres);
  return postgres;
}
async function ask(postgres: EmbeddedPostgres, query: string) {
  const sql = openDatabase({ url: postgres.url, max: 1, applicationName: 'test' });
  return sql.unsafe(query).finally(() => sql.end());
}

describe('the embedded Postgres', () => {
  test('takes over from one that a killed run left behind, with what was committed', async () => {
    const left = await start();
    await ask(left, 'create table kept as select 7 as n');
    const exit = once(left.process, 'exit');
    const postgres = await start();
    await exit;
    expect(await ask(postgres, 'select n from kept')).toMatchObject([{ n: 7 }]);
  });

  test('starts again after kill -9, with what was committed', async () => {
    const killed = await start();
    await ask(killed, 'create table kept as select 7 as n');
    killed.process.kill('SIGKILL');
    expect(await ask(await start(), 'select n from kept')).toMatchObject([{ n: 7 }]);
  });

  test('is not put off by a lock file whose process id is another program by now', async () => {
    const first = await start();
    const lock = join(folder, 'postgres', 'postmaster.pid');
    const text = readFileSync(lock, 'utf8');
    await first.stop();
    writeFileSync(lock, text.replace(/^\d+/, String(process.pid)));
    expect(await ask(await start(), 'select 1 as one')).toMatchObject([{ one: 1 }]);
  });

  test('asks for its password', async () => {
    const postgres = await start();
    await expect(
      ask({ ...postgres, url: postgres.url.replace('secret', 'wrong') }, 'select 1'),
    ).rejects.toMatchObject({
      code: '28P01',
    });
  });
});
