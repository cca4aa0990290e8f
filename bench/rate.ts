import type { LoadResult } from './load.ts';
import { type Service, startLoad } from './processes.ts';
import { processorTime } from './processor-time.ts';
import type { Topic } from './questions.ts';

const CONNECTIONS = 32;

export interface Rate extends LoadResult {
  /** Processor time of the service, a request. */
  cpuUs: number;
}

export interface Asked {
  service: Service;
  path: string;
  kind: 'page' | 'html';
  seconds: number;
  /** Requests a second; as fast as they are answered when left out. */
  rate?: number | undefined;
}

/** One page of a service, again and again. */
export async function measureRate({ service, path, kind, seconds, rate }: Asked): Promise<Rate> {
  const topic: Topic = { kind, port: service.port, path };
  const load = await startLoad({
    topics: [{ topic, share: 1 }],
    ...{ connections: CONNECTIONS, seconds, ...(rate && { rate }) },
  });
  const before = processorTime(service.pid);
  const result = await load.run();
  return { ...result, cpuUs: ((processorTime(service.pid) - before) * 1e6) / result.answers };
}

export const describeRate = ({ perSecond, cpuUs, busy }: Rate) =>
  `${Math.round(perSecond)}/s at ${Math.round(cpuUs)} µs of processor time ` +
  `(${Math.round((perSecond * cpuUs) / 1e4)} % of one; the load ${Math.round(busy * 100)} % busy)`;
