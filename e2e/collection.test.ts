import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDataDir, type RunningStack, startStack } from './stack.ts';

/** What is used of newman, which brings no types. */
interface Newman {
  run(options: Record<string, unknown>, done: (error: Error | null, summary: Summary) => void): void;
}
interface Summary {
  run: {
    stats: Record<'requests' | 'assertions', { total: number; failed: number }>;
    failures: {
      source?: { name?: string };
      error: { test?: string; name?: string; message: string };
    }[];
  };
}

const newman: Newman = createRequire(import.meta.url)('newman');
const collections = fileURLToPath(new URL('../collections/', import.meta.url));

const dataDir = makeDataDir();
let stack: RunningStack;
beforeAll(async () => {
  stack = await startStack(dataDir.path, { LOG_LEVEL: 'warn' });
});
afterAll(async () => {
  await stack?.stop();
  dataDir.remove();
});

function runCollection(): Promise<Summary['run']> {
  return new Promise((resolve, reject) => {
    newman.run(
      {
        collection: `${collections}rising-stars.postman_collection.json`,
        environment: `${collections}local.postman_environment.json`,
        envVar: [{ key: 'baseUrl', value: stack.url }],
        workingDir: collections,
        reporters: [],
        // Later steps build on earlier ones: the first that fails says it all.
        bail: ['failure'],
      },
      (error, summary) => (error ? reject(error) : resolve(summary.run)),
    );
  });
}

const worded = ({ source, error }: Summary['run']['failures'][number]) =>
  `${source?.name ?? 'the collection'}: ${error.test ?? error.name} — ${error.message}`;

describe('the Postman collection', () => {
  test('passes on an empty database, and again beside what it left', { timeout: 60_000 }, async () => {
    for (const _run of ['first', 'second']) {
      const { failures, stats } = await runCollection();
      expect(failures.map(worded)).toEqual([]);
      expect(stats.assertions.total).toBeGreaterThan(200);
    }
  });
});

describe('the readable documentation', () => {
  test.each([
    ['/swagger', 'text/html'],
    ['/swagger/swagger-ui.css', 'text/css'],
    ['/swagger/swagger-ui-bundle.js', 'text/javascript'],
    ['/swagger/start.js', 'text/javascript'],
    ['/openapi.json', 'application/json'],
  ])('%s is answered as %s', async (path, mediaType) => {
    const answer = await fetch(stack.url + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(mediaType);
  });

  test('has nothing of third parties', async () => {
    for (const path of ['/swagger', '/swagger/start.js']) {
      const page = await (await fetch(stack.url + path)).text();
      expect(page).not.toMatch(/(https?:)?\/\/[\w-]+\./);
    }
  });

  test('loads what the page names', async () => {
    const page = await (await fetch(`${stack.url}/swagger`)).text();
    const named = [...page.matchAll(/(?:src|href)="(\/.*?)"/g)].map(([, path]) => path);
    expect(named).toHaveLength(3);
    for (const path of named) expect((await fetch(`${stack.url}${path}`)).status).toBe(200);
  });
});
