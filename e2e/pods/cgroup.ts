import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
const root = isV2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
/** The same things under the names of cgroup v2 and v1. */
const files = isV2
  ? { limit: 'memory.max', usage: 'memory.current', events: 'memory.events' }
  : {
      limit: 'memory.limit_in_bytes',
      usage: 'memory.usage_in_bytes',
      events: 'memory.oom_control',
    };

/** @returns its path */
export function createCgroup(name: string): string {
  if (!existsSync(join(root, isV2 ? 'cgroup.procs' : files.limit)))
    throw new Error('There is no memory controller below /sys/fs/cgroup; the pods could not be limited.');
  const path = join(root, name);
  delegate(root);
  mkdirSync(path);
  delegate(path);
  return path;
}

/** v2 hands a controller down level by level. */
function delegate(path: string): void {
  if (isV2) writeFileSync(join(path, 'cgroup.subtree_control'), '+memory');
}

export interface MemoryLimit {
  /** Processes join by writing their id. */
  joinFile: string;
  limitBytes: number;
  /** As the kubelet measures: without page cache that could go at once. */
  workingSetBytes: () => number;
  oomKills: () => number;
  remove: () => Promise<void>;
}

/** A cgroup of its own with a memory limit, below one that createCgroup made. */
export function limitMemory(parent: string, name: string, limitBytes: number): MemoryLimit {
  const path = join(parent, name);
  mkdirSync(path);
  const read = (file: string) => readFileSync(join(path, file), 'utf8');
  const field = (file: string, name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(read(file))?.[1] ?? 0);
  writeFileSync(join(path, files.limit), String(limitBytes));
  return {
    joinFile: join(path, 'cgroup.procs'),
    limitBytes,
    workingSetBytes: () =>
      Number(read(files.usage)) - field('memory.stat', isV2 ? 'inactive_file' : 'total_inactive_file'),
    oomKills: () => field(files.events, 'oom_kill'),
    remove: () => removeCgroup(path),
  };
}

/** With those below it; the kernel lets go only once the last process is gone. */
export async function removeCgroup(path: string): Promise<void> {
  for (let tries = 0; existsSync(path); tries++) {
    try {
      for (const entry of readdirSync(path, { withFileTypes: true }))
        if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
      rmdirSync(path);
    } catch (error) {
      if (tries >= 50) throw error;
      await sleep(100);
    }
  }
}
