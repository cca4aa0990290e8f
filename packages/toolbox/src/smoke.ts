import { readSmokeConfig } from './config.ts';
import { playContest } from './contest.ts';
import { Steps } from './steps.ts';

// `helm test`: plays a small contest against the system as it runs; exit 1 when a step does not go as it should.
const stage = readSmokeConfig();
const steps = new Steps((line) => process.stdout.write(`${line}\n`));
steps.note(stage.api.url);
const isWell = await steps.run((row) => playContest(row, stage));
process.stdout.write(isWell ? 'The system works.\n' : 'The system does not work as it should.\n');
process.exitCode = isWell ? 0 : 1;
