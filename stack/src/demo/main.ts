import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Away, Refused } from '@anb/api-client/api';
import { readConfig } from './config.ts';
import { runDemo } from './demo.ts';

const api = new Api(readConfig().url);
const folder = mkdtempSync(join(tmpdir(), 'anb-demo-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stdout.write('\nStopped. Run it again and it goes on where it stopped.\n');
    process.exit(128 + constants.signals[signal]);
  });
}

try {
  const failed = await runDemo(api, folder);
  if (failed > 0) {
    process.stderr.write(`\n${failed} of the videos could not be processed; the reasons stand above.\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n${advice(error)}`);
  process.exitCode = 1;
}

function advice(error: unknown): string {
  if (error instanceof Refused) return 'Search for the request_id in the output of npm start.\n';
  if (error instanceof Away)
    return 'See the output of npm start; run the demo again when the system is back: it goes on where it stopped.\n';
  return '';
}
