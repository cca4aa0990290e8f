import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Part of a skipped test's name, so that whoever sees it skipped knows what to do. */
export const withPromtool = hasPromtool
  ? 'promtool'
  : 'promtool (missing. Debian and Ubuntu: sudo apt-get install prometheus; without root: ' +
    'apt-get download prometheus && dpkg-deb -x prometheus_*.deb DIR, then DIR/usr/bin on the PATH)';

/** @returns its exit code and what it said */
export function promtool(args: string[], input = ''): { status: number | null; said: string } {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, input, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}
