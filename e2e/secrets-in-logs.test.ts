import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SECRETS_FILE } from '@anb/testing/logs';
import { logScan, mailFilter } from '@anb/testing/secrets';
import { expect, test } from 'vitest';

const folder = process.env.TEST_LOGS ?? '';
/** What a whole run leaves at the very least, or the scan has not seen what it is for. */
const FLOOR = { lines: 1000, secrets: 200 };

/** For whoever looks for the place that wrote it. */
const masked = (line: string) =>
  line.replaceAll(/[\w.~+/-]{8,}/g, (word) => `${word.slice(0, 4)}…`).slice(0, 300);

test.skipIf(!folder)(
  'no line that the programs of this run have written holds a secret',
  async ({ skip }) => {
    const noted = join(folder, SECRETS_FILE);
    const secrets = new Set(existsSync(noted) ? readFileSync(noted, 'utf8').split('\n') : []);
    const scan = logScan([...secrets]);
    const found: string[] = [];
    let lines = 0;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
      const isOfMail = mailFilter();
      let number = 0;
      for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
        number++;
        const leaks = isOfMail(line) ? [] : scan(line);
        if (leaks.length > 0) found.push(`${file}:${number} ${leaks.join(', ')}: ${masked(line)}`);
      }
      lines += number;
    }
    expect(found).toEqual([]);
    if (process.env.TEST_IS_WHOLE) {
      expect(lines).toBeGreaterThan(FLOOR.lines);
      expect(secrets.size).toBeGreaterThan(FLOOR.secrets);
    }
    skip(lines === 0, 'no program has run, so there is nothing to scan');
  },
  60_000,
);
