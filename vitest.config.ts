import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const SCAN = 'e2e/secrets-in-logs.test.ts';

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

export default defineConfig({
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
          ],
          exclude: [SCAN],
          sequence: { groupOrder: 0 },
        },
      },
      // Of what all others have written, so after them.
      { extends: true, test: { name: 'logs', include: [SCAN], sequence: { groupOrder: 1 } } },
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
