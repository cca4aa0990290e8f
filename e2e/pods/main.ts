import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@anb/testing/certificates';
import { createCgroup, removeCgroup } from './cgroup.ts';
import { HOST } from './system.ts';
import { ensureTools, PATH } from './tools.ts';

// Runs the chart's pods in namespaces of their own for network, mounts and processes: however it ends, the kernel
// takes everything back. What lies outside, a cgroup and a folder, goes here.
const LIMIT_MS = 15 * 60_000;

await ensureTools().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
execFileSync(process.execPath, [join(import.meta.dirname, '../../services/portal/build.ts')]);
const folder = mkdtempSync(join(tmpdir(), 'anb-pods-'));
chmodSync(folder, 0o755); // Postgres runs as another user.
const cgroup = createCgroup(`anb-pods-${process.pid}`);

// Node reads further authorities at its start only.
const authority = createAuthority('test:pods');
const server = authority.issue(HOST);
const authorityFile = join(folder, 'authority.pem');
writeFileSync(authorityFile, authority.certificate);
writeFileSync(join(folder, 'certificate.pem'), server.certificate);
writeFileSync(join(folder, 'key.pem'), server.key, { mode: 0o600 });

const child = spawn(
  'setpriv',
  [
    ...[
      '--pdeathsig',
      'KILL',
      'unshare',
      '--net',
      '--mount',
      '--pid',
      '--mount-proc',
      '--fork',
      '--kill-child',
    ],
    ...[process.execPath, join(import.meta.dirname, 'run.ts'), folder, cgroup],
  ],
  // Out of reach of Ctrl-C, which would meet the pods one by one.
  { stdio: 'inherit', detached: true, env: { ...process.env, PATH, NODE_EXTRA_CA_CERTS: authorityFile } },
);
const kill = () => child.kill('SIGKILL');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, kill);
const late = setTimeout(() => {
  process.stderr.write(`not done after ${LIMIT_MS / 60_000} minutes\n`);
  kill();
}, LIMIT_MS);

const [code] = (await once(child, 'exit')) as [number | null];
clearTimeout(late);
await removeCgroup(cgroup);
rmSync(folder, { recursive: true, force: true });
process.exitCode = code ?? 1;
