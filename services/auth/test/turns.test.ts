import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../src/turns.ts';

test('one at a time of each key, in the order in which they came, whatever becomes of those before', async () => {
  const turns = new Turns(1);
  const seen: string[] = [];
  const work = (name: string, ms: number) => async (waited: boolean) => {
    seen.push(`${name} ${waited ? 'waited' : 'began'}`);
    await sleep(ms);
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    turns.take('one', work('a', 20)),
    turns.take('one', work('b', 1)),
    turns.take('one', work('c', 1)),
    turns.take('other', work('d', 1)),
  ]);
  expect(results.map((result) => ('value' in result ? result.value : 'failed'))).toEqual([
    ...['a', 'failed', 'c', 'd'],
  ]);
  expect(seen.filter((line) => !line.startsWith('d'))).toEqual([
    ...['a began', 'a ends', 'b waited', 'b ends', 'c waited', 'c ends'],
  ]);
  expect(seen.indexOf('d ends')).toBeLessThan(seen.indexOf('a ends'));
  await turns.take('one', async (waited) => expect(waited).toBe(false));
});

test('or as many at a time as it was made for', async () => {
  const turns = new Turns(2);
  let [atWork, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++atWork);
    await sleep(1);
    atWork--;
  };
  await Promise.all(Array.from({ length: 7 }, () => turns.take('one', work)));
  expect([atWork, most]).toEqual([0, 2]);
});

test('a line that is too long takes nobody more: 503', async () => {
  const turns = new Turns(1);
  const door = Promise.withResolvers<void>();
  const waiting = Array.from({ length: 301 }, () => turns.take('one', () => door.promise));
  await expect(turns.take('one', async () => {})).rejects.toMatchObject({ status: 503 });
  await turns.take('other', async () => {});
  door.resolve();
  await Promise.all(waiting);
  await turns.take('one', async () => {});
});
