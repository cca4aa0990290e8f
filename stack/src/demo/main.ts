import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.ts';
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
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
