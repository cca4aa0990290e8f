import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Sql } from '@anb/service-kit/database';

/** The processor time of a process so far, in seconds. */
export const processorTime = (pid: number) => secondsOf(String(pid), [13, 14]);

/** The processor time of all of Postgres' processes, in seconds. */
export async function watchPostgres(admin: Sql): Promise<() => number> {
  const [backend] = await admin<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const parentOf = (pid: string) => stat(pid)[3];
  const server = parentOf(String(backend?.pid)) ?? '';
  return () => {
    const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
    const seconds = processes.map((pid) => {
      try {
        // Its own, and of the server's what children took that are gone.
        if (pid === server) return secondsOf(pid, [13, 14, 15, 16]);
        return parentOf(pid) === server ? secondsOf(pid, [13, 14]) : 0;
      } catch {
        return 0; // It has just ended.
      }
    });
    return seconds.reduce((sum, each) => sum + each, 0);
  };
}

/** Of all processors so far, in seconds. */
export function machineTime(): { busy: number; idle: number } {
  const times = cpus().map(({ times }) => times);
  const idle = times.reduce((sum, each) => sum + each.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  return { busy: (all - idle) / 1000, idle: idle / 1000 };
}

/** `fields` of /proc/PID/stat, counted from 0: 13 and 14 are the process' own user and system time. */
const secondsOf = (pid: string, fields: number[]) =>
  fields.reduce((sum, field) => sum + Number(stat(pid)[field]), 0) / 100;

/** The second field may hold spaces, and is not told. */
function stat(pid: string): string[] {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return [pid, '', ...rest.split(' ')];
}
