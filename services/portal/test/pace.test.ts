import { describe, expect, test } from 'vitest';
import { addMark, type Mark, secondsLeft, speedOf } from '../src/client/pace.ts';

const MEGABYTE = 1e6;

/** @param speeds bytes a second, second by second */
const marksOf = (...speeds: number[]) => {
  let moved = 0;
  return speeds.reduce<Mark[]>(
    (marks, speed, second) => {
      moved += speed;
      return addMark(marks, { at: (second + 1) * 1000, moved });
    },
    addMark([], { at: 0, moved: 0 }),
  );
};

describe('the speed of an upload', () => {
  test('is not told before it can be known', () => {
    expect(speedOf([])).toBeUndefined();
    expect(speedOf(marksOf(MEGABYTE))).toBeUndefined();
    expect(speedOf(marksOf(MEGABYTE, MEGABYTE))).toBe(MEGABYTE);
  });

  test('is that of the last ten seconds', () => {
    const slowed = [...Array(20).fill(10 * MEGABYTE), ...Array(10).fill(MEGABYTE)];
    expect(speedOf(marksOf(...slowed))).toBe(MEGABYTE);
  });

  test('does not jump when a second is lost', () => {
    const speed = speedOf(marksOf(...Array(9).fill(MEGABYTE), 0));
    expect(speed).toBeCloseTo(0.9 * MEGABYTE);
  });

  test('is nothing while nothing moves', () => {
    expect(speedOf(marksOf(MEGABYTE, ...Array(11).fill(0)))).toBe(0);
  });

  test('needs no more than a window of marks', () => {
    expect(marksOf(...Array(1000).fill(1)).length).toBeLessThan(13);
  });
});

describe('the time that is left', () => {
  test('follows from what is left and the speed', () => {
    expect(secondsLeft(30 * MEGABYTE, MEGABYTE)).toBe(30);
  });

  test('is not told while nothing moves, or nothing is known', () => {
    expect(secondsLeft(MEGABYTE, 0)).toBeUndefined();
    expect(secondsLeft(MEGABYTE, undefined)).toBeUndefined();
  });
});
