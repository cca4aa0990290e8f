import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, readable, say } from './log-lines.ts';
import { saysPortTaken, TAKEN_MEANWHILE } from './port.ts';

export interface Program {
  name: string;
  /** From the repository's root. */
  file: string;
  env: Record<string, string>;
  /** Where it answers /readyz. */
  opsPort: number;
  /** Whether it is started again when its file is written anew, as by a build. */
  isBuilt?: boolean;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const tether = new URL('./tether.ts', import.meta.url).href;
const RESTART_MS = 1000;
const LOOK_MS = 500;
const READY_MS = 50_000;

function launch(
  name: string,
  file: string,
  env: Record<string, string>,
  onLine = (line: string) => say(name, readable(line)),
): ChildProcess {
  // Nothing of this shell's environment but what a program needs to run: no AWS account can slip in.
  const { PATH = '', HOME = '', TMPDIR, NODE_COMPILE_CACHE, NODE_OPTIONS } = process.env;
  const child = spawn(process.execPath, ['--import', tether, file], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, NODE_OPTIONS, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own: Ctrl-C reaches the stack alone, which stops everything in order.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }
  return child;
}

/** Runs a program to its end. */
export const runToEnd = async (name: string, file: string, env: Record<string, string>): Promise<void> =>
  untilDone(name, launch(name, file, env));

/** Runs a command of the videos service to its end. @returns its outcome, the line that is not of its log */
export async function runCommand(
  name: string,
  env: Record<string, string>,
): Promise<Record<string, unknown>> {
  let outcome = {};
  const file = `services/videos/src/commands/${name}.ts`;
  const child = launch(name, file, env, (line) => {
    const entry = parse(line);
    if (entry && !('message' in entry)) outcome = entry;
    else say(name, readable(line));
  });
  await untilDone(name, child);
  return outcome;
}

async function untilDone(name: string, child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} failed; its last lines above say why`);
}

/** Keeps a program running, as Kubernetes would: one that ends is started again. */
export class Supervised {
  readonly #program: Program;
  #child: ChildProcess;
  #stopping = false;
  #isReady = false;
  #isRebuilt = false;
  #portWasTaken = false;

  constructor(program: Program) {
    this.#program = program;
    this.#child = this.#start();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #start(): ChildProcess {
    const { name, file, env } = this.#program;
    const child = launch(name, file, env, (line) => {
      this.#portWasTaken ||= saysPortTaken(line);
      say(name, readable(line));
    });
    child.once('exit', async (code, signal) => {
      if (this.#stopping || !this.#isReady) return;
      say(name, `${this.#isRebuilt ? 'was built anew' : `ended (${signal ?? code})`}; starting it again`);
      if (!this.#isRebuilt) await sleep(RESTART_MS);
      this.#isRebuilt = false;
      if (!this.#stopping) this.#child = this.#start();
    });
    return child;
  }

  /** @throws when the program ends or takes too long before it is ready for the first time */
  async ready(): Promise<void> {
    const { name, opsPort } = this.#program;
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null) throw new Error(`${name} did not start; ${this.#whyNot()}`);
      const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) {
        this.#isReady = true;
        if (this.#program.isBuilt) this.#watch();
        return;
      }
      await sleep(50);
    }
    throw new Error(`${name} was not ready within ${READY_MS / 1000} s`);
  }

  #watch(): void {
    watchFile(resolve(root, this.#program.file), { interval: LOOK_MS, persistent: false }, this.#onFile);
  }

  readonly #onFile = (now: Stats, before: Stats) => {
    // While it is written there may be none.
    if (now.mtimeMs === 0 || now.mtimeMs === before.mtimeMs) return;
    this.#isRebuilt = true;
    this.#child.kill('SIGTERM');
  };

  #whyNot(): string {
    return this.#portWasTaken ? TAKEN_MEANWHILE : 'its last lines above say why';
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    unwatchFile(resolve(root, this.#program.file), this.#onFile);
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exit;
    clearTimeout(patience);
  }
}
