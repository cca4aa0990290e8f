import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { findFfmpeg } from '@anb/embedded/ffmpeg';

const run = promisify(execFile);

/** Programs that are needed, and the Debian packages that bring them. */
const packages: Record<string, string> = {
  bwrap: 'bubblewrap',
  ip: 'iproute2',
  nft: 'nftables',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  nsenter: 'util-linux',
};

/** @throws with what is missing and how to get it */
export async function ensureTools(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The pods run on Linux only.');
  if (process.getuid?.() !== 0)
    throw new Error('Namespaces, cgroups and firewalls need root: sudo npm run test:pods');
  findFfmpeg();
  const missing = missingPackages();
  if (missing.length === 0) return;
  const advice = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`Missing. On Debian and Ubuntu: ${advice}`);
  process.stdout.write(`installing ${missing.join(', ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env });
  const still = missingPackages();
  if (still.length > 0) throw new Error(`Still missing: ${still.join(', ')}`);
}

function missingPackages(): string[] {
  const absent = Object.entries(packages).filter(([program]) => !findProgram(program));
  return [...new Set(absent.map(([, name]) => name))];
}

/** Root's own folders are not always on it. */
export const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;

const findProgram = (name: string) =>
  PATH.split(':')
    .map((folder) => `${folder}/${name}`)
    .find(isExecutable);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
