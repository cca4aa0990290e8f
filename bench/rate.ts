import { availableParallelism, loadavg } from 'node:os';
import type { LoadResult } from './load.ts';
import { median, rounded } from './median.ts';
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
  seconds?: number | undefined;
  /** Requests a second; as fast as they are answered when left out. */
  rate?: number | undefined;
}

/** One page of a service, again and again. */
export async function measureRate({
  service,
  path,
  kind,
  seconds = ROUND_SECONDS,
  rate,
}: Asked): Promise<Rate> {
  const topic: Topic = { kind, port: service.port, path };
  const load = await startLoad({
    topics: [{ topic, share: 1 }],
    ...{ connections: CONNECTIONS, seconds, ...(rate && { rate }) },
  });
  const before = processorTime(service.pid);
  const result = await load.run();
  return { ...result, cpuUs: ((processorTime(service.pid) - before) * 1e6) / result.answers };
}

const describeRate = ({ perSecond, cpuUs, busy }: Rate) =>
  `${Math.round(perSecond)}/s at ${Math.round(cpuUs)} µs of processor time ` +
  `(${Math.round((perSecond * cpuUs) / 1e4)} % of one; the load ${Math.round(busy * 100)} % busy)`;

const WARM_UP_SECONDS = 3;
const ROUND_SECONDS = 5;
export const ROUNDS = 5;

export type Load<Side extends string> = (side: Side, rate?: number, seconds?: number) => Promise<Rate>;

/** Each side as fast as it can, in turn. */
export class Turns<Side extends string> {
  readonly #rounds: Map<Side, Rate[]>;

  private constructor(sides: readonly Side[]) {
    this.#rounds = new Map(sides.map((side) => [side, []]));
  }

  static async take<Side extends string>(
    sides: readonly Side[],
    load: Load<Side>,
    say: (line: string) => void,
  ): Promise<Turns<Side>> {
    const turns = new Turns(sides);
    for (const side of sides) await load(side, undefined, WARM_UP_SECONDS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [side, rates] of turns.#rounds) rates.push(await load(side));
      const told = sides.map((side) => `${side} ${describeRate(turns.#of(side).at(-1) as Rate)}`);
      say(`round ${round}: ${told.join('; ')}`);
    }
    return turns;
  }

  #of(side: Side): Rate[] {
    return this.#rounds.get(side) ?? [];
  }

  /** The middle one of the rounds. */
  median(side: Side, of: (rate: Rate) => number): number {
    return median(this.#of(side).map(of));
  }

  perSecond(side: Side): number {
    return Math.round(this.median(side, (rate) => rate.perSecond));
  }

  /** Of what two sides did in the same round. */
  ratio(side: Side, over: Side): number {
    return rounded(
      median(this.#of(side).map(({ perSecond }, n) => perSecond / (this.#of(over)[n]?.perSecond ?? 0))),
    );
  }

  /** What explains the figures: processor time a request, how busy the load was, the machine. */
  explain() {
    const all = [...this.#rounds];
    return {
      cpu_us: Object.fromEntries(
        all.map(([side]) => [
          side,
          rounded(
            this.median(side, ({ cpuUs }) => cpuUs),
            1,
          ),
        ]),
      ),
      load_busy: rounded(Math.max(...all.flatMap(([, rates]) => rates.map(({ busy }) => busy))), 2),
      ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
    };
  }
}
