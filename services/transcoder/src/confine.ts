import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const launcher = fileURLToPath(new URL('./confine.sh', import.meta.url));

/** Whole numbers. */
export interface ProcessLimits {
  cpuSeconds: number;
  memoryBytes: number;
  /** Of a file it writes. */
  fileBytes: number;
}

export interface Confinement {
  /** Programs of util-linux, each of which starts the next in its own process. */
  wrappers: string[][];
  /** What this system does not offer. */
  missing: string[];
}

const newSession = ['setsid'];
const noNetwork = [
  ['unshare', '--net'],
  ['unshare', '--user', '--map-current-user', '--net'],
];
// Last, for a change of user namespace clears the signal.
const dieWithParent = ['setpriv', '--no-new-privs', '--pdeathsig', 'KILL'];
const limited = ({ cpuSeconds, memoryBytes, fileBytes }: ProcessLimits) => [
  'prlimit',
  // ffmpeg ends by itself at the soft limit; should it not, the kernel ends it.
  `--cpu=${cpuSeconds}:${cpuSeconds + 10}`,
  `--as=${memoryBytes}`,
  // A thread's default of 8 MiB each would count as memory.
  `--stack=${2 * 2 ** 20}`,
  `--fsize=${fileBytes}`,
  '--nofile=64',
  '--core=0',
];
const anyLimits: ProcessLimits = { cpuSeconds: 10, memoryBytes: 2 ** 30, fileBytes: 2 ** 20 };

let detected: Promise<Confinement> | undefined;

/** Tries, once in a process, what of the confinement this system offers. */
export function detectConfinement(): Promise<Confinement> {
  detected ??= detect();
  return detected;
}

async function detect(): Promise<Confinement> {
  const wanted: [what: string, candidates: string[][]][] = [
    ['session', [newSession]],
    ['network', noNetwork],
    ['limits', [limited(anyLimits)]],
    ['parent', [dieWithParent]],
  ];
  const found = await Promise.all(
    wanted.map(async ([what, candidates]) => ({ what, wrapper: await firstThatRuns(candidates) })),
  );
  return {
    wrappers: found.flatMap(({ wrapper }) => (wrapper ? [wrapper] : [])),
    missing: found.filter(({ wrapper }) => !wrapper).map(({ what }) => what),
  };
}

async function firstThatRuns(candidates: string[][]): Promise<string[] | undefined> {
  for (const [program = '', ...args] of candidates) {
    const runs = await run(program, [...args, 'true']).then(
      () => true,
      () => false,
    );
    if (runs) return [program, ...args];
  }
  return undefined;
}

/**
 * Makes of a program one that runs in a session of its own, without our environment, network and more than its limits,
 * and that dies with us.
 * @param path of the program that is made
 * @returns that path
 */
export async function confine(program: string, path: string, limits: ProcessLimits): Promise<string> {
  const { wrappers } = await detectConfinement();
  const command = [
    // Arenas beyond two only reserve addresses, which count as memory.
    ...['env', '-i', `PATH=${process.env.PATH ?? ''}`, 'MALLOC_ARENA_MAX=2'],
    ...wrappers.flatMap((wrapper) => (wrapper[0] === 'prlimit' ? limited(limits) : wrapper)),
    // We may have died before it was arranged that it dies with us.
    ...['sh', '-c', `[ "$PPID" = ${process.pid} ] && exec "$0" "$@"`, program],
  ];
  await writeFile(`${path}.command`, `exec ${command.map(quoted).join(' ')} "$@"\n`);
  await symlink(launcher, path);
  return path;
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Kills a confined program and whatever it started. */
export function killGroup(pid: number): void {
  // Until it has its session it has no group either.
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
