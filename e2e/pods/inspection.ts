import { readFileSync } from 'node:fs';
import type { Pod } from './pod.ts';

/** What is not as the template says about a running container's process, as the kernel sees it. */
export function faultsOf(pod: Pod): string[] {
  const { pid } = pod.sandbox;
  const status = fieldsOf(readFileSync(`/proc/${pid}/status`, 'utf8'));
  const { runAsUser, runAsGroup, fsGroup } = pod.template.spec.securityContext ?? {};
  const none = '0000000000000000';
  const expected: Record<string, string> = {
    Uid: Array(4).fill(runAsUser).join('\t'),
    Gid: Array(4).fill(runAsGroup).join('\t'),
    Groups: String(fsGroup),
    NSpid: `${pid}\t1`,
    NoNewPrivs: '1',
    ...{ CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none },
  };
  const wrong = Object.entries(expected).filter(([name, value]) => status[name] !== value);
  return [
    ...wrong.map(([name, value]) => `${name} is ${status[name]}, not ${value}`),
    ...writable(pid, pod).map((path) => `${path} can be written`),
    ...foreignVariables(pid, pod.sandbox.environment).map((name) => `${name} is not of the template`),
  ].map((fault) => `${pod.name}: ${fault}`);
}

const fieldsOf = (status: string) =>
  Object.fromEntries(
    status.split('\n').map((line) => {
      const [name = '', value = ''] = line.split(/:\s+/, 2);
      return [name, value.trim()];
    }),
  );

/** Mounts that are open to writing, save the emptyDirs and what every container has. */
function writable(pid: number, pod: Pod): string[] {
  const emptyDirs = (pod.template.spec.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir)
    .map(({ name }) => name);
  const mounts = (pod.container.volumeMounts ?? []).filter(({ name }) => emptyDirs.includes(name));
  const meant = new Set(mounts.map(({ mountPath }) => mountPath));
  return readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
    .filter(([, , , , path = '', options = '']) => {
      const isCommon = path === '/proc' || path === '/dev' || path.startsWith('/dev/');
      return !options.split(',').includes('ro') && !isCommon && !meant.has(path);
    })
    .map(([, , , , path = '']) => path);
}

function foreignVariables(pid: number, meant: Record<string, string>): string[] {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const names = new Set([...entries.map((entry) => entry.split('=', 1)[0] ?? ''), ...Object.keys(meant)]);
  return [...names].filter((name) => !entries.includes(`${name}=${meant[name]}`));
}
