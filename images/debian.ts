import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';

const SUITE = 'trixie';
/** Debian 12 has Debian 13's keys since its debian-archive-keyring of 2025. */
const KEYS = `/usr/share/keyrings/debian-archive-${SUITE}-automatic.gpg`;
const PACKAGES = ['buildah', 'mmdebstrap', 'debian-archive-keyring'];
/** What debian:trixie-slim leaves out too. */
const EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*/LC_MESSAGES/*.mo'];

const osRelease = (key: string) =>
  readFileSync('/etc/os-release', 'utf8').match(new RegExp(`^${key}="?([^"\n]*)`, 'm'))?.[1];

/**
 * Installs what building needs.
 * @throws with what to do where that is not possible
 */
export async function ensureTools(): Promise<void> {
  if (process.getuid?.() !== 0 || osRelease('ID') !== 'debian') {
    throw new Error(
      'Building and starting images without a container engine needs Debian 12 or 13 and root; ' +
        `there this installs ${PACKAGES.join(', ')} itself.`,
    );
  }
  const missing = !existsSync('/usr/bin/buildah') || !existsSync('/usr/bin/mmdebstrap') || !existsSync(KEYS);
  if (!missing) return;
  await run('apt-get', ['update', '-q']);
  await run('apt-get', ['install', '-qy', '--no-install-recommends', ...PACKAGES], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

export interface AptConfig {
  sources: string;
  settings: string;
}

/** How this machine reaches Debian's archive, for Debian 13. It is shown to each build and never part of an image. */
export async function copyAptConfig(folder: string): Promise<AptConfig> {
  const sources = join(folder, 'sources.list.d');
  const settings = join(folder, 'apt.conf.d');
  for (const made of [sources, settings]) mkdirSync(made, { recursive: true });

  const list = () =>
    run('apt-get', [
      'indextargets',
      '--format',
      '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)',
      'Identifier: Packages',
    ]);
  if (!(await list())) await run('apt-get', ['update', '-q']);
  const own = new RegExp(`^${osRelease('VERSION_CODENAME')}`);
  const lines = (await list())
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([origin, , release = '']) => origin === 'Debian' && own.test(release))
    .map(([, uri, release = '', component]) => `deb ${uri} ${release.replace(own, SUITE)} ${component}`);
  if (lines.length === 0) throw new Error("apt-get knows no source of Debian's packages");
  writeFileSync(join(sources, 'debian.list'), `${[...new Set(lines)].join('\n')}\n`);

  const kept = /^Acquire::(https?::|Check-Valid-Until|Check-Date)/;
  const dump = (await run('apt-config', ['dump'])).split('\n').filter((line) => kept.test(line));
  writeFileSync(join(settings, '99machine'), `${dump.join('\n')}\n`);
  return { sources, settings };
}

/** Debian 13 as debian:trixie-slim has it, but for apt's sources, as a tar archive. */
export async function makeBase(archive: string, apt: AptConfig): Promise<void> {
  const options = EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`);
  // Where the machine's certificates are shown to a build there must be a folder before.
  const tidy = 'rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*; mkdir -p "$1/etc/ssl/certs"';
  await run('mmdebstrap', [
    '--quiet',
    '--mode=root',
    '--variant=minbase',
    '--format=tar',
    `--aptopt=${join(apt.settings, '99machine')}`,
    ...options,
    `--customize-hook=${tidy}`,
    '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
    SUITE,
    archive,
    join(apt.sources, 'debian.list'),
  ]);
}
