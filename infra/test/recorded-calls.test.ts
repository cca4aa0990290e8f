import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NOBODY } from '@anb/testing/callers';
import { fromLines, noted, toLines } from '@anb/testing/recorded-calls';
import { expect, test } from 'vitest';

/** The programs of this run have noted here what they asked of S3 and SQS. */
const folder = process.env.TEST_LOGS ?? '';
const isWhole = Boolean(process.env.TEST_IS_WHOLE);
const file = fileURLToPath(new URL('../recorded-calls.json', import.meta.url));
const ADVICE =
  'npm run calls -- PATH OF A TEST adds what that test’s programs call to infra/recorded-calls.json, npm run calls writes it anew';

const recorded = (): string[] => (existsSync(file) ? toLines(JSON.parse(readFileSync(file, 'utf8'))) : []);

function record(calls: string[]): void {
  const lines = JSON.stringify(fromLines(calls), null, 2);
  // An array a line, as it is formatted.
  writeFileSync(
    file,
    `${lines.replaceAll(/\[\s+([^\]]+?)\s+\]/g, (_, items) => `[${items.replaceAll(/\s+/g, ' ')}]`)}\n`,
  );
}

test.skipIf(!folder)('what the programs of this run asked of S3 and SQS is what is recorded of them', () => {
  const calls = noted(folder);
  expect(calls.filter((call) => call.startsWith(NOBODY))).toEqual([]);
  if (process.env.RECORD_CALLS) record(isWhole ? calls : [...recorded(), ...calls]);
  const known = new Set(recorded());
  expect(
    calls.filter((call) => !known.has(call)),
    ADVICE,
  ).toEqual([]);
  if (isWhole)
    expect(
      [...known].filter((call) => !calls.includes(call)),
      `No test calls these any more. ${ADVICE}`,
    ).toEqual([]);
});
