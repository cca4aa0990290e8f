import { setTimeout as sleep } from 'node:timers/promises';
import { readShellConfig } from './config.ts';

// Keeps its pod open for kubectl exec, and ends by itself when the operator forgets it.
const { SHELL_MINUTES } = readShellConfig();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.stdout.write(`Open for ${SHELL_MINUTES} minutes; kubectl exec reaches the tools.\n`);
await sleep(SHELL_MINUTES * 60_000);
