import { checkDatabase } from './checks/database.ts';
import { checkServices } from './checks/services.ts';
import { checkQueue, checkStore } from './checks/store-and-queue.ts';
import { readDoctorConfig } from './config.ts';
import { findingLine } from './finding.ts';

// Looks at what the system needs and at its web services, from inside the cluster: a line each, exit 1 when one is not well.
const config = readDoctorConfig();
let failed = 0;
for (const check of [checkDatabase, checkStore, checkQueue, checkServices]) {
  for await (const finding of check(config)) {
    process.stdout.write(`${findingLine(finding)}\n`);
    if (!finding.isOk) failed++;
  }
}
process.stdout.write(failed === 0 ? 'All is well.\n' : `${failed} of the checks failed.\n`);
process.exitCode = failed === 0 ? 0 : 1;
