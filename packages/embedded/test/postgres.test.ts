import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

async function start(password = 'secret', dataDir = join(folder, 'postgres')) {
  const [port = 0] = await freePorts(1);
  const postgres = await startPostgres({ dataDir, port, password });
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

  test('is seen to be ready also when it has much to say afterwards', async () => {
    const [port = 0] = await freePorts(1);
    const settings = { log_min_messages: 'debug3' };
    const options = { dataDir: join(folder, 'postgres'), port, password: 'secret', settings };
    started.push(await startPostgres(options));
    expect(await ask(started[0] as EmbeddedPostgres, 'select 7 as n')).toMatchObject([{ n: 7 }]);
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

// Only root starts Postgres as another user.
describe.runIf(process.getuid?.() === 0)('in a folder that is closed to the user it runs as', () => {
  const elsewhere = new Set<string>();
  beforeEach(() => chmodSync(folder, 0o700));
  afterEach(() => {
    for (const home of elsewhere) rmSync(home, { recursive: true, force: true });
  });
  const data = (name: string) => join(folder, name, 'postgres');

  async function startIn(name: string, password: string) {
    const postgres = await start(password, data(name));
    elsewhere.add(dirname(readlinkSync(data(name))));
    return postgres;
  }

  test('keeps its data elsewhere, and begins anew where the folder was deleted', async () => {
    const first = await startIn('data', 'one');
    await ask(first, 'create table kept as select 7 as n');
    await first.stop();
    const second = await startIn('data', 'one');
    expect(await ask(second, 'select n from kept')).toMatchObject([{ n: 7 }]);
    await second.stop();

    rmSync(join(folder, 'data'), { recursive: true });
    const anew = await startIn('data', 'two');
    expect(await ask(anew, "select to_regclass('kept') as kept")).toMatchObject([{ kept: null }]);
  });

  test('finds them again where the folder was moved, and a new one in its place leaves them alone', async () => {
    const first = await startIn('data', 'one');
    await ask(first, 'create table kept as select 7 as n');
    await first.stop();
    renameSync(join(folder, 'data'), join(folder, 'moved'));
    await startIn('data', 'two');
    expect(await ask(await startIn('moved', 'one'), 'select n from kept')).toMatchObject([{ n: 7 }]);
  });

  test('says so where there are data already, rather than begin with none', async () => {
    mkdirSync(data('data'), { recursive: true });
    await expect(start('one', data('data'))).rejects.toThrow(
      /closed to the user that Postgres runs as.*chmod/,
    );
    expect(existsSync(data('data'))).toBe(true);
  });
});
