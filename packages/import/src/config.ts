import { parseArgs } from 'node:util';
import { readEnv } from '@anb/service-kit/env';
import { connectionEnv, objectsEnv } from '@anb/service-kit/service-env';

export const USAGE = `npm run import -- --source NAME [--media FOLDER] [--default KIND.COLUMN=VALUE]… [--merge-unverified] [--report FILE]
    [--dry-run] DUMP…
  DUMP       users.csv, videos.csv, votes.csv, or what pg_dump writes
  --source   the older contest's name, the same whenever its import is repeated
  --media    where the videos' files are; without it videos come without them
  --default  for what the dump has no column for, or leaves empty: users.country=Colombia
  --merge-unverified
             people whose e-mail has an account that never verified it are given that account all the same
  --report   names every row that was refused or changed (import-report.csv)
  --dry-run  tells what would happen
  --help     prints this
`;

/**
 * @returns undefined when help is asked for
 * @throws TypeError with what is wrong with the words
 */
export function readWords(words: readonly string[]) {
  const { values, positionals: dumps } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      source: { type: 'string' },
      media: { type: 'string' },
      default: { type: 'string', multiple: true, default: [] },
      'merge-unverified': { type: 'boolean', default: false },
      report: { type: 'string', default: 'import-report.csv' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { source, 'dry-run': isRehearsal, 'merge-unverified': mergesUnverified, ...more } = values;
  if (dumps.length === 0) throw new TypeError('Name the dump.');
  if (!source) throw new TypeError('Give the older contest a name: --source liga-2024');
  return { ...more, source, isRehearsal, mergesUnverified, dumps };
}

/** The database, as a role that is a member of anb_owner: the one that migrates is. */
export const readDatabaseConfig = () => readEnv(connectionEnv);

export function readStoreConfig() {
  const { AWS_REGION: region, S3_BUCKET: bucket, S3_ENDPOINT: endpoint } = readEnv(objectsEnv);
  return { region, bucket, endpoint };
}
