import { expect, test } from 'vitest';
import { once } from '../src/client/once.ts';

/** Answers how often it was asked; fails the first time. */
function failingFirst() {
  let times = 0;
  return once(async () => {
    if (++times === 1) throw new Error('not yet');
    return times;
  });
}

test('what has failed is asked for again, and then no more', async () => {
  const answer = failingFirst();
  const both = [answer(), answer()];
  for (const each of both) await expect(each).rejects.toThrow('not yet');
  expect([await answer(), await answer()]).toEqual([2, 2]);
  answer.forget();
  expect(await answer()).toBe(3);
});

test('what is forgotten while it is asked for does not come back', async () => {
  const answer = failingFirst();
  const first = answer();
  answer.forget();
  const second = answer();
  await expect(first).rejects.toThrow('not yet');
  expect([await second, await answer()]).toEqual([2, 2]);
});
