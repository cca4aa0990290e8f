import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseAuthorities } from '@anb/service-kit/database';
import { readShellConfig } from './config.ts';

// Keeps its pod open for kubectl exec, and ends by itself when the operator forgets it.
const { SHELL_MINUTES, PGSSLROOTCERT, DATABASE_CA_FILE } = readShellConfig();
// psql believes nobody by itself.
if (PGSSLROOTCERT) writeFileSync(PGSSLROOTCERT, databaseAuthorities(DATABASE_CA_FILE).join('\n'));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.stdout.write(`Open for ${SHELL_MINUTES} minutes; kubectl exec reaches the tools.\n`);
await sleep(SHELL_MINUTES * 60_000);
