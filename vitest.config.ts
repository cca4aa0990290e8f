import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Of what all others have written, so after them. */
const AFTERWARDS = ['e2e/secrets-in-logs.test.ts', 'infra/test/recorded-calls.test.ts'];

/** They take half a minute and more: begun last, they would run on alone. Those that work are between those that wait. */
const SLOWEST = [
  'chaos',
  'history',
  'vote-races',
  'hanging-database',
  'toolbox',
  'transcoder',
  'recovery',
  'key-rotation',
  'clips',
  'database',
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = SLOWEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index === -1 ? SLOWEST.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

const DOORS = new Map([
  ['objects', 'ObjectStore'],
  ['queue', 'JobQueue'],
]);

/** Where a process goes to S3 and SQS, it is noted who sent it (packages/testing/src/callers.ts). */
const watchedDoors = {
  name: 'watched-doors',
  transform(code: string, id: string) {
    const door = DOORS.get(/service-kit\/src\/(\w+)\.ts$/.exec(id)?.[1] ?? '');
    return door && { code: `${code}\nglobalThis.watchCallers?.(${door});`, map: null };
  },
};

export default defineConfig({
  plugins: [watchedDoors],
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          globalSetup: './packages/testing/src/global-setup.ts',
          include: [
            '{packages,services}/*/test/**/*.test.ts',
            'stack/test/**/*.test.ts',
            'e2e/*.test.ts',
            'e2e/portal/*.test.ts',
            'k8s/**/*.test.ts',
            'infra/test/*.test.ts',
            'observability/test/*.test.ts',
            'infra/checks/test/*.test.ts',
          ],
          exclude: AFTERWARDS,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'logs', include: AFTERWARDS, sequence: { groupOrder: 1 } } },
    ],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 90_000,
    restoreMocks: true,
    // For .ci/run, which counts.
    reporters: process.env.TEST_REPORT
      ? ['default', ['json', { outputFile: process.env.TEST_REPORT }]]
      : ['default'],
  },
});
