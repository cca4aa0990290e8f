import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Rates } from '../costs/rates.ts';

/** Runs the benches again, those that are named or all, and notes what they say in rates.json. */
const path = fileURLToPath(new URL('../../rates.json', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = JSON.parse(readFileSync(path, 'utf8')) as Rates;
const benches = new Set(Object.values(file.rates).map(({ bench }) => bench));
const named = process.argv.slice(2);
for (const name of named) if (!benches.has(name)) throw new Error(`no rate comes of ${name}`);

for (const bench of named.length > 0 ? named : benches) {
  const said = execFileSync('npm', ['run', '-s', 'bench', '--', bench], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(said.trimEnd().split('\n').at(-1) ?? '');
  for (const rate of Object.values(file.rates).filter((each) => each.bench === bench)) {
    const value = rate.field.split('.').reduce((part, key) => part[key], result);
    Object.assign(rate, {
      value: Math.round(value * rate.times),
      date: new Date().toISOString().slice(0, 10),
      machine: `${availableParallelism()} processors`,
    });
    process.stdout.write(`${bench} ${rate.field}: ${rate.value} ${rate.unit}\n`);
  }
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
}
