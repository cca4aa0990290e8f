import type { ChildProcess } from 'node:child_process';
import { appendFileSync, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createLog, type Logger } from '@anb/service-kit/log';

/** Where a run of the tests keeps what its programs wrote, until it is scanned for secrets at the end. */
const folder = () => process.env.TEST_LOGS;
export const SECRETS_FILE = 'secrets';
let files = 0;

/** Keeps what a program writes. */
export function keepOutput({ stdout, stderr }: ChildProcess, name: string): void {
  const kept = folder();
  if (!kept) return;
  for (const output of [stdout, stderr]) output?.pipe(createWriteStream(fileFor(kept, name)));
}

/** The log of a service that runs in the test's own process: every line, for the scan, and none on the screen. */
export function keptLog(name: string): Logger {
  const kept = folder();
  if (!kept) return createLog(name, 'silent');
  const file = fileFor(kept, name);
  return createLog(name, 'trace', { write: (line) => appendFileSync(file, line) });
}

/** What no program of this run may write. */
export function noteSecrets(...values: unknown[]): void {
  const kept = folder();
  const lines = values.filter((value) => typeof value === 'string').map((value) => `${value}\n`);
  if (kept && lines.length > 0) appendFileSync(join(kept, SECRETS_FILE), lines.join(''));
}

const fileFor = (kept: string, name: string) => join(kept, `${name}-${process.pid}-${files++}.log`);
