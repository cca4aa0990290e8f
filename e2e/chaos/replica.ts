import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { keepOutput } from '@anb/testing/logs';
import { programFile } from '@anb/topology';
import { descendants } from '../stack.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Ends it when the suite is gone, however that came. */
const tether = import.meta.resolve('@anb/stack/tether');
const READY_MS = 60_000;
const LOG_LINES = 400;
/** An error with its stack. */
const LAST_LINES = 45;

export interface ReplicaOptions {
  service: 'videos' | 'votes' | 'transcoder';
  env: Record<string, string>;
  /** Of its own, as a pod's emptyDir: it outlives the container. */
  scratchDir: string;
}

export interface Stopped {
  code: number | null;
  seconds: number;
}

/** One pod of a service: its process is started again whenever it ends, until the pod itself is stopped. */
export class Replica {
  readonly service: ReplicaOptions['service'];
  readonly scratchDir: string;
  readonly log: string[] = [];
  restarts = 0;
  /** Its last words each time that it ended without having been told to. */
  readonly crashes: string[] = [];
  url = '';
  readonly #options: ReplicaOptions;
  #child: ChildProcess | undefined;
  #opsUrl = '';
  #isStopping = false;
  #isKilled = false;

  constructor(options: ReplicaOptions) {
    this.service = options.service;
    this.scratchDir = options.scratchDir;
    this.#options = options;
    mkdirSync(options.scratchDir, { recursive: true });
  }

  /** 0 while none runs. */
  get pid(): number {
    const { pid = 0, exitCode = null, signalCode = null } = this.#child ?? {};
    return exitCode === null && signalCode === null ? pid : 0;
  }

  /** The process and everything that it has started. */
  get pids(): number[] {
    return this.pid ? [this.pid, ...descendants(this.pid)] : [];
  }

  async start(): Promise<void> {
    await this.#launch();
    await this.untilReady();
  }

  async #launch(): Promise<void> {
    const [port = 0, opsPort = 0] = await freePorts(2);
    if (this.#isStopping) return;
    const { service, env, scratchDir } = this.#options;
    this.url = `http://127.0.0.1:${port}`;
    this.#opsUrl = `http://127.0.0.1:${opsPort}`;
    this.#isKilled = false;
    const child = spawn(process.execPath, ['--import', tether, programFile(service)], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        NODE_OPTIONS: process.env.NODE_OPTIONS,
        HOST: '127.0.0.1',
        PORT: String(port),
        OPS_PORT: String(opsPort),
        SCRATCH_DIR: scratchDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    keepOutput(child, service);
    const words: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const lines of [words, this.log]) {
          lines.push(...text.split('\n').filter(Boolean));
          lines.splice(0, lines.length - LOG_LINES);
        }
      });
    }
    child.once('exit', () => {
      if (this.#isStopping) return;
      if (!this.#isKilled) child.once('close', () => this.#noteCrash(words));
      this.restarts++;
      void this.#launch();
    });
  }

  #noteCrash(words: string[]): void {
    const last = words.slice(-LAST_LINES).join('\n');
    // Another process may be the first to take a port that was free.
    if (!last.includes('EADDRINUSE')) this.crashes.push(`${this.service}: ${last}`);
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (!(await this.isReady())) {
      if (performance.now() > deadline) {
        throw new Error(`${this.service} was not ready in time:\n${this.log.join('\n')}`);
      }
      await sleep(50);
    }
  }

  isReady(): Promise<boolean> {
    return fetch(`${this.#opsUrl}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** Whether ffmpeg makes a clip for it just now. */
  isTranscoding(): boolean {
    return this.pids.some((pid) => commandOf(pid).includes('-filter_complex'));
  }

  /** kill -9, as the kernel does it to a container: every process of it. */
  kill(): void {
    this.#isKilled = true;
    // What stands still starts nothing more.
    signal([this.pid], 'SIGSTOP');
    signal(this.pids, 'SIGKILL');
  }

  pause(): void {
    for (let known = 0, pids = this.pids; pids.length > known; pids = this.pids) {
      known = pids.length;
      signal(pids, 'SIGSTOP');
    }
  }

  resume(): void {
    signal(this.pids, 'SIGCONT');
  }

  /** As a pod is deleted: SIGTERM to its main process, SIGKILL when the grace is over. */
  async stop(graceSeconds = 30): Promise<Stopped> {
    this.#isStopping = true;
    const child = this.#child;
    if (!child || this.pid === 0) return { code: null, seconds: 0 };
    const start = performance.now();
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const patience = setTimeout(() => signal(this.pids, 'SIGKILL'), graceSeconds * 1000);
    const [code] = (await exit) as [number | null];
    clearTimeout(patience);
    return { code, seconds: (performance.now() - start) / 1000 };
  }

  /** At once and without a word, at the end of everything. */
  abandon(): void {
    this.#isStopping = true;
    signal(this.pids, 'SIGKILL');
  }

  /** Folders of jobs that are not in hand any more. */
  scratchLeft(): string[] {
    return readdirSync(this.scratchDir);
  }
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids.filter((pid) => pid > 0)) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended in the meantime.
    }
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
