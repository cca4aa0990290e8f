import { expect, test } from 'vitest';
import { rights } from '../../infra/checks/rights.ts';
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
