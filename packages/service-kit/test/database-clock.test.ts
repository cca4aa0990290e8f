import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseClock } from '../src/database-clock.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const timeOf = (clock: DatabaseClock) => new Date(Math.round(clock.now())).toISOString();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The database looked at its clock halfway between the question and the answer. */
function read(clock: DatabaseClock, now: number, tookMs: number): void {
  const askedAt = performance.now();
  vi.advanceTimersByTime(tookMs);
  clock.read(new Date(now), askedAt);
}

test("is the database's since its last reading, whatever this machine's says", () => {
  const clock = new DatabaseClock();
  expect(clock.isKnown).toBe(false);
  read(clock, noon, 200);
  expect(clock.isKnown).toBe(true);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:00.100Z');
  vi.advanceTimersByTime(5000);
  vi.setSystemTime(0);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:05.100Z');
  read(clock, noon, 0);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:00.000Z');
});

test('a reading that took a second says too little, unless there is none yet', () => {
  const clock = new DatabaseClock();
  read(clock, noon, 4000);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:02.000Z');
  read(clock, noon, 1000);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:03.000Z');
  read(clock, noon, 998);
  expect(timeOf(clock)).toBe('2026-03-01T12:00:00.499Z');
});
