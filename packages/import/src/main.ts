import { statSync } from 'node:fs';
import { openConfiguredDatabase } from '@anb/service-kit/database';
import { explainDatabaseError } from '@anb/service-kit/database-problem';
import { ObjectStore } from '@anb/service-kit/objects';
import { parseDefaults } from './columns.ts';
import { readDatabaseConfig, readStoreConfig, readWords, USAGE } from './config.ts';
import { describeCounts, noCounts } from './counts.ts';
import { Dump } from './dump.ts';
import { importContest, rehearseImport } from './import.ts';
import { ImportRefused } from './refused.ts';
import { Report } from './report.ts';

const PROGRESS_MS = 3000;

const say = (line: string) => process.stderr.write(`${line}\n`);

function readCommand() {
  try {
    const words = readWords(process.argv.slice(2));
    if (words) return words;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { media: folder, default: defaults, report: reportPath, isRehearsal, dumps, ...more } = readCommand();
const sql = openConfiguredDatabase(readDatabaseConfig(), 'import', { patient: true });
const objects = folder === undefined ? undefined : new ObjectStore(readStoreConfig());
const counts = noCounts();
const progress = setInterval(() => say(describeCounts(counts)), PROGRESS_MS);
try {
  if (folder && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ImportRefused(`${folder} is no folder`);
  }
  const dump = await Dump.open(dumps, parseDefaults(defaults));
  for (const line of dump.describe()) say(line);
  const report = new Report(reportPath);
  const media = folder && objects ? { folder, objects } : undefined;
  const begin = isRehearsal ? rehearseImport : importContest;
  await begin({ ...more, sql, dump, report, media, counts }).finally(() => report.close());
  say(describeCounts(counts));
  process.stdout.write(`${JSON.stringify({ ...counts, dry_run: isRehearsal, report: reportPath })}\n`);
} catch (error) {
  say(explain(error));
  process.exitCode = 1;
} finally {
  clearInterval(progress);
  objects?.close();
  await sql.end({ timeout: 5 });
}

function explain(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (error instanceof ImportRefused) return message;
  if (code === '42P01' || code === '22023') return `The database is not migrated: ${message}`;
  const why = explainDatabaseError(error, sql) ?? message;
  return `${why}\nWhat was taken over stays; run it again and it goes on.`;
}
