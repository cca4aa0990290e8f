import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { keepOutput, noteSecrets } from '@anb/testing/logs';
import { programFile } from '@anb/topology';

const root = fileURLToPath(new URL('..', import.meta.url));
const READY_MS = 60_000;

export interface RunningStack {
  url: string;
  /** What it has printed. */
  log: () => string;
  /** The process of one of its services. */
  pidOf: (service: string) => number;
  /** As Ctrl-C does; answers the exit code. */
  stop: () => Promise<number | null>;
  /** kill -9 of every process of it at once. */
  kill: () => Promise<void>;
}

/** A folder for a stack's data, which another user can enter when the tests run as root. */
export function makeDataDir(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'anb-e2e-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** `npm start` without npm, on a free port; resolves when it says that it is ready. */
export async function startStack(dataDir: string, env: Record<string, string> = {}): Promise<RunningStack> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, ['stack/start.mjs'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  keepOutput(child, 'stack');
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the stack was not ready in time:\n${log}`)), READY_MS);
    const read = (chunk: Buffer) => {
      log += chunk;
      const ready = /ready: (http:\S+)/.exec(log)?.[1];
      if (!ready) return;
      clearTimeout(late);
      resolve(ready);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('close', () => reject(new Error(`the stack ended:\n${log}`)));
  });
  noteSecrets(...Object.values(passwordsOf(dataDir)));
  return {
    url,
    log: () => log,
    pidOf: (service) => {
      const file = programFile(service);
      const pid = descendants(child.pid ?? 0).find((pid) => procfs(pid, 'cmdline').includes(file));
      if (!pid) throw new Error(`no process runs ${file}`);
      return pid;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill('SIGINT');
        await exit;
      }
      return child.exitCode;
    },
    kill: () => killTree(child),
  };
}

/** Of the database's logins. */
export const passwordsOf = (dataDir: string): Record<string, string> =>
  JSON.parse(readFileSync(join(dataDir, 'secrets', 'passwords.json'), 'utf8'));

async function killTree(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  killAll([child.pid ?? 0, ...descendants(child.pid ?? 0)]);
  await exit;
}

export function killAll(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/** Every process below one, as /proc tells. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
    } catch {
      // Gone between the listing and the look.
    }
  }
  const below = (of: number): number[] =>
    (parents.get(of) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** The environment that a process was started with. */
export function environmentOf(pid: number): Record<string, string> {
  const lines = procfs(pid, 'environ').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const procfs = (pid: number, what: string) => readFileSync(`/proc/${pid}/${what}`, 'utf8').split('\0');
