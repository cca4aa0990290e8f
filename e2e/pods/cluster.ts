import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../k8s/checks/helm.ts';
import { podOf } from '../../k8s/checks/pods.ts';
import { type Forwarding, isSelected, type NetworkPolicy } from './firewall.ts';
import { Firewalls } from './firewalls.ts';
import { type Node, type Stopping, startPod, stopPod } from './kubelet.ts';
import { addPodNetwork, removePodNetwork, serviceAddress } from './network.ts';
import type { Pod } from './pod.ts';
import type { Data, PodTemplate } from './pod-template.ts';

const READY_MS = 90_000;

export interface ClusterOptions {
  node: Node;
  secrets: Map<string, Data>;
  /** ServiceAccounts with a role in AWS. */
  withIdentity: string[];
}

/** The objects that were applied, the pods that run for them, and what ties these to Services. */
export class Cluster {
  readonly #options: ClusterOptions;
  #objects: KubernetesObject[] = [];
  readonly #runs = new Map<string, Pod[]>();
  readonly #firewalls = new Firewalls();
  #started = 0;
  /** Every pod there ever was. */
  readonly pods: Pod[] = [];
  /** Hears when endpoints change. */
  onEndpoints: () => void = () => {};
  /** What a pod waits for beside its own readiness: the load balancer's word (readiness gate). */
  gate: (pod: Pod) => boolean = () => true;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async apply(objects: KubernetesObject[]): Promise<void> {
    this.#objects = objects;
    await this.#updateFirewalls();
  }

  all(kind: string): KubernetesObject[] {
    return this.#objects.filter((object) => object.kind === kind);
  }

  get(kind: string, name: string): KubernetesObject {
    const found = this.all(kind).find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  /** Runs a pod to its end: of a Job, a CronJob or the pod itself. */
  async run(kind: string, name: string): Promise<Pod> {
    const object = this.get(kind, name);
    const job = object.spec.jobTemplate?.spec ?? object.spec;
    const pod = await this.#start(object);
    const timer = setTimeout(() => pod.sandbox.kill('SIGKILL'), (job.activeDeadlineSeconds ?? 300) * 1000);
    const code = await pod.sandbox.exitCode;
    clearTimeout(timer);
    await this.#remove(pod);
    if (code !== 0)
      throw new Error(`${name} ended with ${code}:\n${pod.sandbox.lines.slice(-20).join('\n')}`);
    return pod;
  }

  /** As many pods as its autoscaler wants at least. */
  async deploy(name: string): Promise<void> {
    const replicas = this.#replicasOf(name);
    this.#runs.set(
      name,
      await Promise.all(Array.from({ length: replicas }, () => this.#start(this.get('Deployment', name)))),
    );
    await Promise.all(this.running(name).map((pod) => this.#untilReady(pod)));
  }

  running(name: string): Pod[] {
    return this.#runs.get(name) ?? [];
  }

  /** Replaces a Deployment's pods by its strategy: a new one is ready before an old one is stopped. */
  async roll(name: string, stopping: Stopping = {}): Promise<void> {
    const { maxUnavailable, maxSurge } = this.get('Deployment', name).spec.strategy.rollingUpdate;
    const old = this.running(name);
    const surge = Math.ceil((Number.parseInt(maxSurge, 10) / 100) * old.length);
    if (maxUnavailable !== 0 || surge !== 1)
      throw new Error(`${name}: only maxUnavailable 0 with a surge of 1 is played`);
    const stops: Promise<void>[] = [];
    for (const leaving of old) {
      const coming = await this.#start(this.get('Deployment', name));
      await this.#untilReady(coming);
      this.#runs.set(name, [...this.running(name).filter((pod) => pod !== leaving), coming]);
      stops.push(this.#stop(leaving, stopping));
    }
    await Promise.all(stops);
  }

  async stopAll(): Promise<void> {
    const pods = [...this.#runs.values()].flat();
    this.#runs.clear();
    await Promise.all(pods.map((pod) => this.#stop(pod, { preStopSeconds: 0 })));
  }

  /** The pods that requests to a Service go to. */
  endpoints({ spec }: KubernetesObject): Pod[] {
    return this.pods.filter((pod) => pod.isListed && isSelected({ matchLabels: spec.selector }, pod.labels));
  }

  /** Of a Service, by the name that the cluster's DNS gives it. */
  addressOf(name: string): string | undefined {
    const domain = `${this.#options.node.namespace}.svc.cluster.local`;
    const place = this.all('Service').findIndex(({ metadata }) => `${metadata.name}.${domain}` === name);
    return place < 0 ? undefined : serviceAddress(place);
  }

  async #start(object: KubernetesObject): Promise<Pod> {
    const template = podOf(object) as unknown as PodTemplate;
    const account = template.spec.serviceAccountName ?? 'default';
    this.get('ServiceAccount', account);
    const { node, secrets, withIdentity } = this.#options;
    const network = await addPodNetwork();
    this.#firewalls.add(network, template.metadata.labels ?? {});
    // Before its first packet, as the VPC CNI does in strict mode.
    await this.#updateFirewalls();
    const configMaps = new Map(
      this.all('ConfigMap').map(({ metadata, data }) => [metadata.name, data as Data]),
    );
    const pod = await startPod(node, {
      name: `${object.metadata.name}-${this.#started++}`,
      ...{ template, network, stored: { configMaps, secrets } },
      hasIdentity: withIdentity.includes(account),
      onListed: () => {
        void this.#updateFirewalls();
        this.onEndpoints();
      },
    });
    this.pods.push(pod);
    return pod;
  }

  async #stop(pod: Pod, stopping: Stopping): Promise<void> {
    await stopPod(pod, stopping);
    await this.#remove(pod);
    await this.#updateFirewalls();
  }

  /** What is left of a pod whose process has ended. */
  async #remove(pod: Pod): Promise<void> {
    pod.endMeasurement();
    await pod.memory.remove();
    this.#firewalls.remove(pod.network);
    await removePodNetwork(pod.network);
  }

  async #untilReady(pod: Pod): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (!pod.isReady || !this.gate(pod)) {
      if (pod.problems.length > 0 || performance.now() > deadline)
        throw new Error(
          `${pod.name} is not ready: ${pod.problems}\n${pod.sandbox.lines.slice(-10).join('\n')}`,
        );
      await sleep(20);
    }
  }

  #replicasOf(name: string): number {
    const scalers = [...this.all('HorizontalPodAutoscaler'), ...this.all('ScaledObject')];
    const scaler = scalers.find(({ spec }) => spec.scaleTargetRef.name === name)?.spec;
    return scaler?.minReplicas ?? scaler?.minReplicaCount ?? this.get('Deployment', name).spec.replicas ?? 1;
  }

  #updateFirewalls(): Promise<void> {
    const policies = this.all('NetworkPolicy') as unknown as NetworkPolicy[];
    return this.#firewalls.update(policies, this.#forwardings());
  }

  #forwardings(): Forwarding[] {
    return this.all('Service').flatMap((service, n) => {
      const pods = this.endpoints(service);
      return service.spec.ports.map(
        ({ port, targetPort }: { port: number; targetPort: string | number }) => ({
          address: serviceAddress(n),
          port,
          targetPort: pods[0]?.port(targetPort) ?? 0,
          endpoints: pods.map(({ address }) => address),
        }),
      );
    });
  }
}
