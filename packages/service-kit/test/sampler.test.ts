import { setTimeout as sleep } from 'node:timers/promises';
import { keptLog } from '@anb/testing/logs';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { Sampler } from '../src/sampler.ts';

test('a gauge shows the last sample, nothing while reading fails or hangs, and the next one after', async () => {
  const registry = new Registry();
  const reads = {
    answers: async () => 7,
    fails: () => Promise.reject(new Error('away')),
    // Gives up when told to, as a request does.
    hangs: (signal: AbortSignal) => sleep(60_000, 0, { signal }),
  };
  let read: keyof typeof reads = 'answers';
  const sampler = new Sampler({
    what: 'things',
    read: (signal) => reads[read](signal),
    log: keptLog('videos'),
    registry,
    everyMs: 20,
  });
  sampler.gauge({ name: 'things', help: 'Things.' }, (gauge, things) => gauge.set(things));
  const samples = async () => (await registry.metrics()).split('\n').filter((line) => /^things/.test(line));

  expect(await samples()).toEqual([]);
  sampler.start();
  for (const broken of ['fails', 'hangs'] as const) {
    read = 'answers';
    await vi.waitFor(async () => expect(await samples()).toEqual(['things 7']), { interval: 5 });
    read = broken;
    await vi.waitFor(async () => expect(await samples()).toEqual([]), { interval: 5 });
  }
  sampler.stop();
});
