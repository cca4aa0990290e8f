import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder for the files of one job. */
export const makeScratch = (scratchDir: string) => mkdtemp(join(scratchDir, `transcode-${process.pid}-`));

/** Removes what killed workers left: a container that starts anew in its pod has the disk of the last one. */
export async function removeLeftovers(scratchDir: string): Promise<void> {
  for (const name of await readdir(scratchDir)) {
    const pid = Number(/^transcode-(\d+)-/.exec(name)?.[1]);
    if (!pid || (pid !== process.pid && isRunning(pid))) continue;
    // Where the folder is shared, another user's stay.
    await rm(join(scratchDir, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
