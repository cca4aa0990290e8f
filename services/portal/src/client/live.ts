import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Offline, Refusal } from './api.ts';
import { watchRole } from './person.ts';
import { type ReasonToAsk, reasonAtFirst } from './session.ts';

/** What is shown and kept up to date while it is looked at. */
export interface Live<T> {
  data: T | undefined;
  /** Why there is none, or why what there is may be old. */
  problem: unknown;
  /** When `data` was answered, in milliseconds. */
  loadedAt: number;
  reload: () => Promise<void>;
}

export interface Loading {
  signal: AbortSignal;
  reason?: ReasonToAsk;
}

interface LiveOptions<T> {
  /** What is asked for; undefined: not known yet. */
  key: string | undefined;
  load: (loading: Loading) => Promise<T>;
  everyMs?: number;
  /** When it changes, what is shown may be old. */
  turn?: number;
}

const PATIENCE_MS = 30_000;
/** Of what is asked for again and again: it is old soon. */
const POLL_PATIENCE_MS = 5000;

export function useLive<T>({ key, load, everyMs, turn = 0 }: LiveOptions<T>): Live<T> {
  const [shown, setShown] = useState<{ key: string; data: T; loadedAt: number }>();
  const [problem, setProblem] = useState<{ key: string; error: unknown }>();
  const latest = useRef({ key, load, isDenied: false, isReading: false, reading: new AbortController() });
  Object.assign(latest.current, { key, load });

  const take = useCallback(async (reason?: ReasonToAsk) => {
    const { current } = latest;
    if (current.key === undefined) return;
    const { key: asked, load: read } = current;
    current.reading.abort();
    const reading = new AbortController();
    current.reading = reading;
    current.isReading = true;
    try {
      const patience = reason === 'unasked' ? POLL_PATIENCE_MS : PATIENCE_MS;
      const data = await inTime(reading, patience, (signal) => read({ signal, reason }));
      if (reading.signal.aborted) return;
      setShown({ key: asked, data, loadedAt: Date.now() });
      setProblem(undefined);
      current.isDenied = false;
    } catch (error) {
      if (reading.signal.aborted) return;
      current.isDenied = isDenied(error);
      setProblem({ key: asked, error });
    } finally {
      if (current.reading === reading) current.isReading = false;
    }
  }, []);

  useEffect(() => {
    take(reasonAtFirst());
    return () => latest.current.reading.abort();
  }, [key, turn, take]);
  useEffect(() => {
    const look = () => {
      const { isDenied, isReading } = latest.current;
      if (!document.hidden && !isDenied && !isReading) take('unasked');
    };
    const lose = () => setProblem({ key: latest.current.key ?? '', error: new Offline('no network') });
    const timer = everyMs ? setInterval(look, everyMs) : undefined;
    document.addEventListener('visibilitychange', look);
    addEventListener('offline', lose);
    addEventListener('online', look);
    const forget = watchRole(() => take('unasked'));
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('offline', lose);
      removeEventListener('online', look);
      forget();
    };
  }, [everyMs, take]);

  const reload = useCallback(() => take(), [take]);
  return {
    data: shown?.key === key ? shown?.data : undefined,
    problem: problem?.key === key ? problem?.error : undefined,
    loadedAt: shown?.loadedAt ?? 0,
    reload,
  };
}

/** The person is none of those whom this is for. */
export const isDenied = (error: unknown) => error instanceof Refusal && error.status === 403;

async function inTime<T>(
  reading: AbortController,
  patienceMs: number,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(patienceMs);
  try {
    return await read(AbortSignal.any([reading.signal, late]));
  } catch (error) {
    throw late.aborted ? new Offline(String(error)) : error;
  }
}
