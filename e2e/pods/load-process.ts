import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadReport } from './load.ts';

export interface Load {
  /** Ends the work, waits until what was taken is done, and tells how it went. */
  finish: () => Promise<LoadReport>;
}

/** Resolves once its people are at work. */
export async function startLoad(url: string, mode: 'with-uploads' | 'without-uploads'): Promise<Load> {
  const child = fork(join(import.meta.dirname, 'load.ts'), [url, mode]);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the load ended with ${code}`);
  });
  gone.catch(() => {});
  const message = () => Promise.race([once(child, 'message').then(([content]) => content), gone]);
  await message();
  return {
    finish: () => {
      const report = message();
      child.send('finish');
      return report;
    },
  };
}
