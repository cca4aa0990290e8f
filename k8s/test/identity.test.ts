import { expect, test } from 'vitest';
import { rights, rightsNeeded, unrecorded } from '../../infra/checks/rights.ts';
import recorded from '../../infra/recorded-calls.json' with { type: 'json' };
import { read } from './charts.ts';

const page = read('charts/rising-stars/README.md');
const table = page.slice(page.indexOf('## Identity'), page.indexOf('## Upgrade'));

test('every call to S3 and SQS needs a right that the table of identities gives to somebody, and none is given for nothing', () => {
  const sources = ['objects', 'queue'].map((file) => read(`packages/service-kit/src/${file}.ts`)).join('\n');
  const called = new Set([...sources.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name));
  const needed = [...called].map((call) => rights[call] ?? `a right for ${call}`);
  const given = table.match(/\b(s3|sqs):\w+/g) ?? [];
  expect([...new Set(given)].sort()).toEqual([...new Set(needed)].sort());
});

test.each(['videos', 'transcoder', 'toolbox'])('the row of %s names what it has called for', (program) => {
  const row = table.split('\n').find((line) => line.startsWith(`| \`${program}\` |`)) ?? '';
  const needed = [...rightsNeeded(recorded), ...Object.keys(unrecorded)]
    .filter((right) => right.startsWith(`${program} `))
    .join('\n');
  for (const word of [/\b(s3|sqs):\w+/g, /\b\w+\/\*/g]) {
    expect(new Set(row.match(word))).toEqual(new Set(needed.match(word)));
  }
});
