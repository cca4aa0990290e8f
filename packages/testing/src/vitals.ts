import type { CDPSession, Page } from 'playwright-core';

interface Painted {
  firstContentMs: number;
  largestContentMs: number;
  layoutShift: number;
  /** From the longest press of a key or touch to the picture that answers it; those below 16 ms are 0. */
  interactionMs: number;
}

export interface Vitals extends Painted {
  /** As they came over the line, headers too, by what they were asked for: Document, Stylesheet, Script, … */
  bytes: Record<string, number>;
}

/** Call it before the page is opened; what it answers reads the figures of the page then open. */
export async function watchVitals(page: Page): Promise<() => Promise<Vitals>> {
  await page.addInitScript(observe);
  const bytes = await countBytes(await page.context().newCDPSession(page));
  return async () => ({ ...(await page.evaluate(readObserved)), bytes: Object.fromEntries(bytes) });
}

async function countBytes(session: CDPSession): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  const types = new Map<string, string>();
  session.on('Network.requestWillBeSent', ({ requestId, loaderId, type = 'Other' }) => {
    // A new page.
    if (type === 'Document' && requestId === loaderId) bytes.clear();
    types.set(requestId, type);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId) ?? 'Other';
    bytes.set(type, (bytes.get(type) ?? 0) + encodedDataLength);
  });
  await session.send('Network.enable');
  return bytes;
}

// What follows runs in the page, without anything from outside of its function.

interface Observing {
  observed: { vitals: Painted; take: () => void };
  requestAnimationFrame: (then: () => void) => void;
  addEventListener: (type: string, heard: (event: Event) => void, capture: boolean) => void;
}

function observe(): void {
  const vitals = { firstContentMs: 0, largestContentMs: 0, layoutShift: 0, interactionMs: 0 };
  // Shifts within a second of each other, at most five seconds long, count together: the worst such group is the measure.
  const group = { sum: 0, from: 0, until: 0 };
  // What moves half a second after input is no fault. Not by `hadRecentInput`, which on an emulated phone is true of
  // all that moves while the page appears: giving it a viewport is input there.
  const touched = { at: Number.NEGATIVE_INFINITY };
  const { addEventListener } = globalThis as unknown as Observing;
  for (const type of ['pointerdown', 'keydown']) {
    addEventListener(type, ({ timeStamp }) => Object.assign(touched, { at: timeStamp }), true);
  }
  type Entry = typeof PerformanceEntry.prototype & { value: number; interactionId: number };
  const readers: Record<string, (entry: Entry) => void> = {
    paint: ({ name, startTime }) => {
      if (name === 'first-contentful-paint') vitals.firstContentMs = startTime;
    },
    'largest-contentful-paint': ({ startTime }) => {
      vitals.largestContentMs = startTime;
    },
    'layout-shift': ({ value, startTime }) => {
      if (startTime - touched.at < 500) return;
      const goesOn = startTime - group.until < 1000 && startTime - group.from < 5000;
      if (!goesOn) Object.assign(group, { sum: 0, from: startTime });
      group.sum += value;
      group.until = startTime;
      vitals.layoutShift = Math.max(vitals.layoutShift, group.sum);
    },
    event: ({ interactionId, duration }) => {
      if (interactionId) vitals.interactionMs = Math.max(vitals.interactionMs, duration);
    },
  };
  const observers = Object.entries(readers).map(([type, read]) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(read as never));
    observer.observe({ type, buffered: true, durationThreshold: 16 } as never);
    return { observer, read };
  });
  const take = () => {
    for (const { observer, read } of observers) observer.takeRecords().forEach(read as never);
  };
  Object.assign(globalThis, { observed: { vitals, take } });
}

async function readObserved(): Promise<Painted> {
  const { observed, requestAnimationFrame } = globalThis as unknown as Observing;
  const { vitals, take } = observed;
  const drawn = () => new Promise<void>((next) => requestAnimationFrame(next));
  // Of what has just been drawn the entries come with the next picture.
  for (let frame = 0; frame < 2; frame++) await drawn();
  for (take(); vitals.firstContentMs === 0 && performance.now() < 10_000; take()) await drawn();
  return vitals;
}
