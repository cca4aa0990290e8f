import { once } from 'node:events';
import { Connection } from './connection.ts';
import { type Question, type Questions, questionsOf, seenTags, type Topic } from './questions.ts';

/** Requests from a process of their own, every answer of which is checked. */
export interface Load {
  /** How many of a hundred, say, are about which. */
  topics: { topic: Topic; share: number }[];
  /** To each service. */
  connections: number;
  seconds: number;
  /** Requests a second, evenly, also when answers are late; otherwise as fast as they are answered. */
  rate?: number;
}

export interface Latency {
  answers: number;
  p50: number;
  p99: number;
  max: number;
}

export interface LoadResult {
  answers: number;
  /** Of them, and what was answered or happened instead. */
  wrong: number;
  examples: string[];
  perSecond: number;
  /** Milliseconds, from the time at which a request was due. */
  latency: Latency;
  byKind: Partial<Record<Topic['kind'], Latency>>;
  /** Different pages, by their `ETag`. */
  versions: number;
  /** How much of the time this process computed: near 1 it measured itself. */
  busy: number;
  cpuSeconds: number;
}

const TICK_MS = 1;
/** For the last answers. */
const PATIENCE_MS = 30_000;

type NextQuestion = () => { kind: Topic['kind']; question: Question } | undefined;

class Run {
  readonly #load: Load;
  readonly #next: NextQuestion;
  readonly #idle = new Map<number, Connection[]>();
  /** Due, but no connection was free. */
  readonly #waiting = new Map<number, (() => void)[]>();
  readonly #latencies = new Map<Topic['kind'], number[]>();
  readonly #examples: string[] = [];
  #wrong = 0;
  #open = 0;
  #isOver = false;

  constructor(load: Load) {
    this.#load = load;
    this.#next = mixed(load.topics);
    for (const { topic } of load.topics) this.#latencies.set(topic.kind, []);
  }

  async connect(): Promise<void> {
    for (const port of new Set(this.#load.topics.map(({ topic }) => topic.port))) {
      const connections = Array.from({ length: this.#load.connections }, () => Connection.open(port));
      this.#idle.set(port, await Promise.all(connections));
      this.#waiting.set(port, []);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async run(): Promise<LoadResult> {
    const { rate, seconds } = this.#load;
    const start = performance.now();
    const idle = performance.eventLoopUtilization();
    const cpu = process.cpuUsage();
    const end = start + seconds * 1000;
    const late = setTimeout(() => this.#giveUp(), end - start + PATIENCE_MS);
    await (rate ? this.#askAtRate(rate, start, end) : this.#askAsAnswered(end));
    clearTimeout(late);
    const took = (performance.now() - start) / 1000;
    const { utilization } = performance.eventLoopUtilization(idle);
    const { user, system } = process.cpuUsage(cpu);
    for (const connection of [...this.#idle.values()].flat()) connection.close();
    const all = [...this.#latencies.values()].flat();
    return {
      ...{ answers: all.length, wrong: this.#wrong, examples: this.#examples, perSecond: all.length / took },
      latency: latencyOf(all),
      byKind: Object.fromEntries([...this.#latencies].map(([kind, each]) => [kind, latencyOf(each)])),
      versions: seenTags.size,
      ...{ busy: utilization, cpuSeconds: (user + system) / 1e6 },
    };
  }

  #giveUp(): never {
    throw new Error(`${this.#open} requests were not answered`);
  }

  /** Each connection asks again as soon as it has its answer. */
  #askAsAnswered(end: number): Promise<void> {
    return new Promise((resolve) => {
      const again = () => {
        const now = performance.now();
        if (now < end && !this.#isOver && this.#ask(now, again)) return;
        if (this.#open === 0) resolve();
      };
      const count = [...this.#idle.values()].reduce((sum, { length }) => sum + length, 0);
      for (let connection = 0; connection < count; connection++) again();
    });
  }

  #askAtRate(rate: number, start: number, end: number): Promise<void> {
    let asked = 0;
    return new Promise((resolve) => {
      const finish = () => this.#open === 0 && isLast && resolve();
      let isLast = false;
      const tick = () => {
        const now = performance.now();
        for (let due = start; !isLast; asked++) {
          due = start + (asked * 1000) / rate;
          if (due > now) break;
          isLast = due >= end || this.#isOver || !this.#ask(due, finish);
        }
        if (isLast) finish();
        else setTimeout(tick, TICK_MS);
      };
      tick();
    });
  }

  /** @returns false when there is nothing left to ask */
  #ask(due: number, done: () => void): boolean {
    const next = this.#next();
    if (!next) return false;
    const { kind, question } = next;
    this.#open++;
    const send = () => {
      const connection = this.#take(question.port);
      connection.ask(question.request, (answer) => {
        this.#latencies.get(kind)?.push(performance.now() - due);
        try {
          if (answer instanceof Error) throw answer;
          question.check(answer);
        } catch (error) {
          this.#note(kind, error);
        }
        this.#open--;
        this.#free(question.port, connection);
        done();
      });
    };
    if (this.#idle.get(question.port)?.length) send();
    else this.#waiting.get(question.port)?.push(send);
    return true;
  }

  /** One that was idle for long the service has closed. */
  #take(port: number): Connection {
    const connection = this.#idle.get(port)?.pop();
    return connection?.isOpen ? connection : new Connection(port);
  }

  #free(port: number, connection: Connection): void {
    this.#idle.get(port)?.push(connection);
    this.#waiting.get(port)?.shift()?.();
  }

  #note(kind: Topic['kind'], error: unknown): void {
    this.#wrong++;
    if (this.#examples.length < 5) this.#examples.push(`${kind}: ${(error as Error).message}`);
  }
}

/** Each topic as often as its share says, spread evenly. */
function mixed(topics: Load['topics']): NextQuestion {
  const total = topics.reduce((sum, { share }) => sum + share, 0);
  const turns = topics.map(({ topic, share }) => {
    return { kind: topic.kind, questions: questionsOf(topic) as Questions, share, credit: 0 };
  });
  return () => {
    for (const turn of turns) turn.credit += turn.share;
    const turn = turns.reduce((most, each) => (each.credit > most.credit ? each : most));
    turn.credit -= total;
    const question = turn.questions();
    return question && { kind: turn.kind, question };
  };
}

function latencyOf(values: number[]): Latency {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1));
  return { answers: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

if (process.send) {
  const [load] = (await once(process, 'message')) as [Load];
  const run = new Run(load);
  await run.connect();
  process.send('ready');
  await once(process, 'message');
  process.once('message', () => run.stop());
  const result = await run.run();
  process.send(result, undefined, undefined, () => process.disconnect());
}
