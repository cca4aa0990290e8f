import { afterEach, expect, test, vi } from 'vitest';
import { repeat } from '../src/repeat.ts';

const turn = vi.fn(async (_signal: AbortSignal) => {});

afterEach(() => {
  turn.mockReset();
});

test('takes the first turn at once, or after its pause, and the next after each pause', async () => {
  const atOnce = repeat({ everyMs: 20, turn });
  expect(turn).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(turn.mock.calls.length).toBeGreaterThan(2));
  await atOnce.stop();

  turn.mockClear();
  const later = repeat({ everyMs: 3_600_000, firstAfterMs: 20, turn });
  expect(turn).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(turn).toHaveBeenCalledTimes(1));
  await later.stop();
});

test('stopped in a pause it ends at once and takes no other turn', async () => {
  const repetition = repeat({ everyMs: 3_600_000, turn });
  await repetition.stop();
  expect(turn).toHaveBeenCalledTimes(1);
});

test('stopped in a turn it tells the turn, and waits for its end', async () => {
  const ended = Promise.withResolvers<void>();
  turn.mockImplementation(() => ended.promise);
  const repetition = repeat({ everyMs: 1, turn });
  let isStopped = false;
  const stopping = repetition.stop().then(() => {
    isStopped = true;
  });
  expect(turn.mock.calls[0]?.[0].aborted).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isStopped).toBe(false);
  ended.resolve();
  await stopping;
  expect(turn).toHaveBeenCalledTimes(1);
});
