import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageConfig } from './buildah.ts';
import { interrupted } from './commands.ts';

export interface Tree {
  name: string;
  root: string;
  config: ImageConfig;
}

export interface Start {
  tree: Tree;
  /** Instead of the image's own command. */
  command?: string[];
  env?: Record<string, string>;
  /** Folders of this machine by their paths inside; all else is read-only, but for an empty /tmp. */
  mounts?: Record<string, string>;
}

// Its mounts are seen by this process and its children alone, so they are gone when it ends, however it ends.
const ENTER = `
  tree=$1 user=$2 folder=$3; shift 3
  mount --bind "$tree" "$tree"
  while [ "$1" != -- ]; do mount --bind "$1" "$tree$2"; shift 2; done; shift
  mount -t proc proc "$tree/proc"
  mount --rbind /dev "$tree/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
  mount -o remount,bind,ro "$tree"
  exec setpriv --no-new-privs chroot --groups= --userspec="$user" "$tree" env -C "$folder" "$@"`;

/** A process in an image's file tree, started as a container is: its user, its environment, a read-only root, as process 1. */
export class Container {
  readonly name: string;
  readonly #child: ChildProcess;
  #output = '';

  constructor({ tree, command = tree.config.Cmd, env = {}, mounts = {} }: Start) {
    const { root, config } = tree;
    this.name = tree.name;
    for (const inside of Object.keys(mounts)) mkdirSync(join(root, inside), { recursive: true });
    const mounted = Object.entries(mounts).flatMap(([inside, path]) => [path, inside]);
    this.#child = spawn(
      '/usr/bin/unshare',
      [
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
        ...['sh', '-euc', ENTER, 'sh', root, config.User, config.WorkingDir, ...mounted, '--'],
        ...config.Entrypoint,
        ...command,
      ],
      {
        env: { ...Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s, 2))), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        signal: interrupted,
      },
    );
    this.#child.on('error', (error) => {
      this.#output += error.message;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk;
      });
    }
  }

  get output(): string {
    return this.#output.trim();
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until every address answers 200. */
  async answers(urls: string[], timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (const url of urls) {
      while (!(await isOk(url))) {
        if (this.#hasEnded) throw new Error(`${this.name} ended:\n${this.output}`);
        if (Date.now() > deadline) throw new Error(`${this.name} does not answer ${url}:\n${this.output}`);
        await sleep(50);
      }
    }
  }

  /** @returns what it printed */
  async succeeds(): Promise<string> {
    if (!this.#hasEnded) await once(this.#child, 'close');
    if (this.#child.exitCode !== 0) throw new Error(`${this.name} failed:\n${this.output}`);
    return this.output;
  }

  /** SIGTERM to process 1, as the kubelet sends it. */
  async stop(): Promise<number | null> {
    if (this.#hasEnded) return this.#child.exitCode;
    const closed = once(this.#child, 'close');
    process.kill(this.#processOne(), 'SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await closed;
    clearTimeout(patience);
    return this.#child.exitCode;
  }

  #processOne(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }
}

async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}
