import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import type { MemoryLimit } from './cgroup.ts';
import type { PodNetwork } from './network.ts';
import type { Mount } from './pod-environment.ts';
import type { Container, Data, PodTemplate } from './pod-template.ts';

const repository = join(import.meta.dirname, '../..');

/** What the images set (Dockerfile), and every container runtime. */
const image = { workdir: '/app', entrypoint: ['/usr/local/bin/node'] };
const imageEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/', NODE_ENV: 'production' };

export interface SandboxOptions {
  hostname: string;
  template: PodTemplate;
  container: Container;
  environment: Data;
  mounts: Mount[];
  network: PodNetwork;
  memory: MemoryLimit;
  /** For the files that a runtime makes: /etc/resolv.conf and the like. */
  folder: string;
  resolvConf: string;
}

export interface Sandbox {
  /** Of the container's process 1, as seen from here. */
  pid: number;
  /** 128 + signal when it was killed. */
  exitCode: Promise<number>;
  lines: string[];
  kill: (signal: NodeJS.Signals) => void;
  /** Exactly what the process was started with. */
  environment: Data;
}

/** Runs a container's command as the template says: user, capabilities, root, volumes, network, memory. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { container, memory, network, hostname } = options;
  const environment = { ...imageEnvironment, HOSTNAME: hostname, ...options.environment };
  const command = [...(container.command ?? image.entrypoint), ...(container.args ?? [])];
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', 'echo $$ > "$0" && exec "$@"', memory.joinFile],
      ...['/usr/bin/nsenter', `--net=/run/netns/${network.namespace}`],
      ...['/usr/bin/bwrap', '--args', '3', '--json-status-fd', '4'],
      ...['/usr/bin/setpriv', ...privilegesOf(options), '/usr/bin/env', '-u', 'PWD', ...command],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'], env: environment },
  );
  // By a pipe: on the command line they would be for everybody to see.
  (child.stdio[3] as Writable).end(
    rootOf(options)
      .map((part) => `${part}\0`)
      .join(''),
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface(stream).on('line', (line) => void lines.push(line));
  const exitCode = once(child, 'close').then(([code, signal]) =>
    signal ? 128 + constants.signals[signal as NodeJS.Signals] : (code as number),
  );
  const pid = await firstPid(child, exitCode, lines);
  return {
    pid,
    exitCode,
    lines,
    environment,
    kill: (signal) => {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended by itself.
      }
    },
  };
}

/** bubblewrap tells the process that it made. */
async function firstPid(child: ChildProcess, ended: Promise<number>, lines: string[]): Promise<number> {
  const status = createInterface(child.stdio[4] as NodeJS.ReadableStream);
  const told = once(status, 'line').then(([line]) => JSON.parse(line)['child-pid'] as number);
  const pid = await Promise.race([told, ended.then(() => undefined)]);
  if (!pid) throw new Error(`the sandbox did not start: ${lines.join('\n')}`);
  return pid;
}

function privilegesOf({ template, container }: SandboxOptions): string[] {
  const { runAsUser = 0, runAsGroup = 0, fsGroup } = template.spec.securityContext ?? {};
  const { allowPrivilegeEscalation, capabilities = {} } = container.securityContext ?? {};
  if (template.spec.securityContext?.runAsNonRoot && runAsUser === 0) throw new Error('it would run as root');
  if (capabilities.add) throw new Error('added capabilities are not played here');
  return [
    ...[`--reuid=${runAsUser}`, `--regid=${runAsGroup}`],
    fsGroup === undefined ? '--clear-groups' : `--groups=${fsGroup}`,
    ...(allowPrivilegeEscalation === false ? ['--no-new-privs'] : []),
    ...(capabilities.drop?.includes('ALL') ? ['--bounding-set=-all', '--inh-caps=-all'] : []),
  ];
}

/** The image's root: the system's programs and the repository, all read-only, and what a runtime adds. */
function rootOf({ container, mounts, hostname, folder, resolvConf }: SandboxOptions): string[] {
  const etc = join(folder, 'etc');
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'resolv.conf'), resolvConf);
  writeFileSync(join(etc, 'hosts'), `127.0.0.1 localhost\n`);
  writeFileSync(join(etc, 'hostname'), `${hostname}\n`);
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0:root:/root:/usr/sbin/nologin\n');
  const { ffmpeg, ffprobe } = findFfmpeg();
  return [
    ...['--unshare-pid', '--as-pid-1', '--unshare-uts', '--hostname', hostname, '--unshare-ipc'],
    ...foldersAbove('/etc/hosts'),
    ...system().flatMap((path) => ['--ro-bind', path, path]),
    ...['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--tmpfs', '/usr/local/bin'],
    ...['--ro-bind', process.execPath, '/usr/local/bin/node'],
    ...['--ro-bind', ffmpeg, '/usr/local/bin/ffmpeg', '--ro-bind', ffprobe, '/usr/local/bin/ffprobe'],
    ...['--remount-ro', '/usr/local/bin'],
    ...['resolv.conf', 'hosts', 'hostname', 'passwd'].flatMap((name) => [
      ...['--ro-bind', join(etc, name), `/etc/${name}`],
    ]),
    ...['--ro-bind', repository, image.workdir, '--chdir', image.workdir],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...mounts.flatMap(mountOf),
    ...(container.securityContext?.readOnlyRootFilesystem ? ['--remount-ro', '/'] : []),
  ];
}

/** What Debian's programs need of the system that is not below /usr. */
const system = () =>
  ['/usr', '/etc/alternatives', '/etc/ld.so.cache', '/etc/nsswitch.conf', '/etc/ssl', '/etc/fonts'].filter(
    existsSync,
  );

function mountOf(mount: Mount): string[] {
  const folders = foldersAbove(mount.at);
  if ('tmpfs' in mount)
    return [...folders, '--perms', '1777', '--size', String(mount.bytes), '--tmpfs', mount.at];
  return [...folders, mount.readOnly ? '--ro-bind' : '--bind', mount.from, mount.at];
}

/** Made by themselves they would be closed to everybody but root. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.flatMap((_, n) => ['--perms', '0755', '--dir', `/${parts.slice(0, n + 1).join('/')}`]);
}
