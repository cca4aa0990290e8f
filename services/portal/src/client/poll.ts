/**
 * Asks again and again while the page is looked at, for one answer at a time: those of a network that is gone would hold
 * all connections that a browser has.
 * @returns ends it
 */
export function poll(everyMs: number, ask: (signal: AbortSignal) => Promise<unknown>): () => void {
  let isAsking = false;
  const timer = setInterval(async () => {
    if (document.hidden || isAsking) return;
    isAsking = true;
    await ask(AbortSignal.timeout(2 * everyMs)).catch(() => {});
    isAsking = false;
  }, everyMs);
  return () => clearInterval(timer);
}
