import { setTimeout as sleep } from 'node:timers/promises';
import type { MemoryLimit } from './cgroup.ts';
import type { PodNetwork } from './network.ts';
import type { Container, PodTemplate } from './pod-template.ts';
import type { Sandbox } from './sandbox.ts';
import { PROPAGATION_MS } from './time.ts';

const MIB = 1024 * 1024;

/** A running pod as the cluster sees it. */
export class Pod {
  readonly name: string;
  readonly template: PodTemplate;
  readonly container: Container;
  readonly network: PodNetwork;
  readonly memory: MemoryLimit;
  readonly sandbox: Sandbox;
  /** Hears when the pod enters or leaves the Services' endpoints. */
  readonly #onListed: () => void;
  readonly #sampling: NodeJS.Timeout;
  #peakBytes = 0;
  /** Whether Services and the load balancer send requests here; they hear late of the end. */
  isListed = false;
  isReady = false;
  isTerminating = false;
  /** From SIGTERM to its end. */
  stopSeconds = 0;
  /** What went wrong, as sentences. */
  readonly problems: string[] = [];

  constructor(
    fields: Pick<Pod, 'name' | 'template' | 'network' | 'memory' | 'sandbox'> & { onListed: () => void },
  ) {
    this.name = fields.name;
    this.template = fields.template;
    this.container = containerOf(fields.template);
    this.network = fields.network;
    this.memory = fields.memory;
    this.sandbox = fields.sandbox;
    this.#onListed = fields.onListed;
    this.#sampling = setInterval(() => this.#sample(), 100);
  }

  get labels() {
    return this.template.metadata.labels ?? {};
  }

  get address() {
    return this.network.address;
  }

  /** The port that a template calls so. */
  port(name: string | number): number {
    const port =
      typeof name === 'number'
        ? name
        : this.container.ports?.find((port) => port.name === name)?.containerPort;
    if (!port) throw new Error(`${this.name} has no port ${name}`);
    return port;
  }

  setReady(isReady: boolean): void {
    if (isReady === this.isReady) return;
    this.isReady = isReady;
    if (isReady && !this.isTerminating) this.#list(true);
    else void this.#unlistLate();
  }

  beginTermination(): void {
    this.isTerminating = true;
    void this.#unlistLate();
  }

  async #unlistLate(): Promise<void> {
    await sleep(PROPAGATION_MS);
    if (this.isTerminating || !this.isReady) this.#list(false);
  }

  #list(isListed: boolean): void {
    if (this.isListed === isListed) return;
    this.isListed = isListed;
    this.#onListed();
  }

  /** The greatest working set, in MiB. */
  get peakMib(): number {
    return Math.ceil(this.#peakBytes / MIB);
  }

  get limitMib(): number {
    return Math.round(this.memory.limitBytes / MIB);
  }

  #sample(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.memory.workingSetBytes());
  }

  /** To be called once its processes are gone and before its cgroup goes. */
  endMeasurement(): void {
    clearInterval(this.#sampling);
    if (this.memory.oomKills() > 0) this.problems.push(`${this.name} ran out of its ${this.limitMib} MiB`);
  }
}

export function containerOf({ spec }: PodTemplate): Container {
  const [container, ...others] = spec.containers;
  if (!container || others.length > 0 || spec.initContainers)
    throw new Error('pods of one container are played here');
  return container;
}
