import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MIGRATION } from '../src/store.ts';

// The transcoder's image does not hold the migrations of videos, so the name stands in its source.
test('the migration that it waits for is the newest that makes a function it calls', () => {
  const source = readFileSync(new URL('../src/store.ts', import.meta.url), 'utf8');
  const called = [...new Set(source.match(/videos\.\w+_v\d+/g))];
  expect(called.length).toBeGreaterThanOrEqual(5);

  const folder = new URL('../../videos/migrations/', import.meta.url);
  const files = readdirSync(folder).sort();
  const madeIn = called.map((name) => {
    const making = files.filter((file) =>
      readFileSync(new URL(file, folder), 'utf8').includes(`function ${name}(`),
    );
    return `videos/${making[0] ?? `no file makes ${name}`}`;
  });
  expect(madeIn.sort().at(-1)).toBe(MIGRATION);
});
