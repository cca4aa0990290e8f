import { once } from 'node:events';
import {
  Agent,
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from '@anb/testing/certificates';
import type { KubernetesObject } from '../../k8s/checks/helm.ts';
import { type Ingress, routeOf } from '../../k8s/checks/ingress-router.ts';
import { addresses } from './network.ts';
import type { Pod } from './pod.ts';
import { respondsWell } from './probes.ts';
import { scaledMs } from './time.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';

interface Target {
  pod: Pod;
  agent: Agent;
  isHealthy: boolean;
  isDraining: boolean;
  open: Set<IncomingMessage>;
}

interface TargetGroup {
  service: KubernetesObject;
  targets: Target[];
}

export interface LoadBalancerOptions {
  ingresses: KubernetesObject[];
  services: KubernetesObject[];
  endpoints: (service: KubernetesObject) => Pod[];
  certificate: Certificate;
}

/** Plays what the AWS Load Balancer Controller makes of the Ingress and of the Services' annotations. */
export class LoadBalancer {
  readonly #options: LoadBalancerOptions;
  readonly #groups: Map<string, TargetGroup>;
  readonly #idleMs: number;
  readonly #servers: Server[] = [];
  #isOpen = true;

  constructor(options: LoadBalancerOptions) {
    this.#options = options;
    this.#groups = new Map(
      options.services.map((service) => [service.metadata.name, { service, targets: [] }]),
    );
    const attributes = options.ingresses[0]?.metadata.annotations?.[`${PREFIX}load-balancer-attributes`];
    // Not shortened: the services keep connections for a little longer than this.
    this.#idleMs = attributeOf(attributes, 'idle_timeout.timeout_seconds', 60) * 1000;
  }

  async open(): Promise<void> {
    const { certificate, key } = this.#options.certificate;
    const secure = createServer({ cert: certificate, key }, (incoming, response) =>
      this.#pass(incoming, response),
    );
    secure.keepAliveTimeout = this.#idleMs;
    secure.requestTimeout = 0;
    const plain = createHttpServer((incoming, response) => {
      response.writeHead(301, { location: `https://${incoming.headers.host}${incoming.url}` }).end();
    });
    this.#servers.push(secure.listen(443, addresses.loadBalancer), plain.listen(80, addresses.loadBalancer));
    await Promise.all(this.#servers.map((server) => once(server, 'listening')));
  }

  close(): void {
    this.#isOpen = false;
    for (const server of this.#servers) server.close();
  }

  /** Registers the pods that are endpoints now and lets the others go. */
  sync(): void {
    for (const group of this.#groups.values()) {
      const pods = this.#options.endpoints(group.service);
      const known = new Set(group.targets.filter(({ isDraining }) => !isDraining).map(({ pod }) => pod));
      for (const pod of pods) if (!known.has(pod)) this.#register(group, pod);
      for (const target of group.targets)
        if (!target.isDraining && !pods.includes(target.pod)) void this.#deregister(group, target);
    }
  }

  /** The word that a readiness gate waits for. */
  isHealthy(pod: Pod): boolean {
    const isBehind = [...this.#groups.values()].some(({ service }) => selects(service, pod));
    return !isBehind || (this.#targetOf(pod)?.isHealthy ?? false);
  }

  /** Requests that a pod is answering now. */
  openAt = (pod: Pod): number => this.#targetOf(pod)?.open.size ?? 0;

  #targetOf(pod: Pod): Target | undefined {
    return [...this.#groups.values()].flatMap(({ targets }) => targets).find((target) => target.pod === pod);
  }

  #register(group: TargetGroup, pod: Pod): void {
    const agent = new Agent({ keepAlive: true, timeout: this.#idleMs });
    const target: Target = { pod, agent, isHealthy: false, isDraining: false, open: new Set() };
    group.targets.push(target);
    void this.#checkHealth(group.service, target);
  }

  /** No new requests; those that are open may go on for a while. */
  async #deregister(group: TargetGroup, target: Target): Promise<void> {
    target.isDraining = true;
    const attributes = annotation(group.service, 'target-group-attributes');
    const deadline =
      performance.now() + scaledMs(attributeOf(attributes, 'deregistration_delay.timeout_seconds', 300));
    while (target.open.size > 0 && performance.now() < deadline) await sleep(20);
    for (const incoming of target.open) incoming.destroy();
    target.agent.destroy();
    group.targets = group.targets.filter((other) => other !== target);
  }

  async #checkHealth(service: KubernetesObject, target: Target): Promise<void> {
    const setting = (name: string) => annotation(service, `healthcheck-${name}`) ?? '';
    const timeoutMs = Number(setting('timeout-seconds')) * 1000;
    const thresholds = {
      healthy: Number(annotation(service, 'healthy-threshold-count')),
      unhealthy: Number(annotation(service, 'unhealthy-threshold-count')),
    };
    const at = { host: target.pod.address, port: Number(setting('port')), path: setting('path') };
    for (let inRow = 0; this.#isOpen && !target.isDraining; ) {
      const isWell = await respondsWell(addresses.loadBalancer, at, timeoutMs);
      inRow = isWell === target.isHealthy ? 0 : inRow + 1;
      if (inRow >= (isWell ? thresholds.healthy : thresholds.unhealthy)) target.isHealthy = isWell;
      await sleep(scaledMs(Number(setting('interval-seconds'))));
    }
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const [path = '/'] = (incoming.url ?? '/').split('?', 1);
    const host = (incoming.headers.host ?? '').replace(/:\d+$/, '');
    const route = routeOf(this.#options.ingresses as unknown as Ingress[], { host, path });
    const target = route && this.#choose(route.service);
    if (!target) return void response.writeHead(route ? 503 : 404).end();

    target.open.add(incoming);
    response.on('close', () => target.open.delete(incoming));
    const onward = request({
      ...{ host: target.pod.address, port: target.pod.port(route.port), agent: target.agent },
      ...{ localAddress: addresses.loadBalancer, method: incoming.method, path: incoming.url },
      headers: {
        ...incoming.headers,
        'x-forwarded-for': [incoming.headers['x-forwarded-for'] ?? [], incoming.socket.remoteAddress ?? '']
          .flat()
          .join(', '),
        'x-forwarded-proto': 'https',
        'x-forwarded-port': '443',
      },
    });
    onward.on('response', (answer) => {
      const { connection: _hop, 'keep-alive': _too, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    // It tries no other pod: the request may have had its effect.
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  }

  /** load_balancing.algorithm.type=least_outstanding_requests */
  #choose(service: string): Target | undefined {
    const targets = this.#groups.get(service)?.targets ?? [];
    const able = targets.filter(({ isHealthy, isDraining }) => isHealthy && !isDraining);
    return able.sort((a, b) => a.open.size - b.open.size || Math.random() - 0.5)[0];
  }
}

const annotation = ({ metadata }: KubernetesObject, name: string) =>
  metadata.annotations?.[`${PREFIX}${name}`];

const selects = ({ spec }: KubernetesObject, pod: Pod) =>
  Object.entries(spec.selector).every(([name, value]) => pod.labels[name] === value);

/** Of `name=value,name=value`. */
function attributeOf(attributes: string | undefined, name: string, otherwise: number): number {
  const found = attributes?.split(',').find((attribute) => attribute.startsWith(`${name}=`));
  return found ? Number(found.slice(name.length + 1)) : otherwise;
}
