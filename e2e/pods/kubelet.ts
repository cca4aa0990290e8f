import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podIdentity } from './backends.ts';
import { limitMemory } from './cgroup.ts';
import type { PodNetwork } from './network.ts';
import { containerOf, Pod } from './pod.ts';
import { environmentOf, mountsOf, type Stored } from './pod-environment.ts';
import { bytesOf, type PodTemplate } from './pod-template.ts';
import { watch } from './probes.ts';
import { startSandbox } from './sandbox.ts';
import { scaledMs } from './time.ts';

export interface Node {
  folder: string;
  /** Of all pods. */
  cgroup: string;
  resolvConf: string;
  namespace: string;
}

export interface PodOrder {
  name: string;
  template: PodTemplate;
  network: PodNetwork;
  stored: Stored;
  /** Whether its ServiceAccount has a role in AWS. */
  hasIdentity: boolean;
  onListed: () => void;
}

/** Starts a pod's container and looks after it, as the kubelet of a node. */
export async function startPod(node: Node, order: PodOrder): Promise<Pod> {
  const { name, template, network, stored } = order;
  const container = containerOf(template);
  const folder = join(node.folder, name);
  mkdirSync(folder, { recursive: true });
  const facts = { name, namespace: node.namespace, address: network.address };
  const environment = withScaledDrain(environmentOf(container, stored, facts));
  const mounts = mountsOf(template, container, stored, folder);
  if (order.hasIdentity) {
    Object.assign(environment, podIdentity.environment);
    const from = join(folder, 'identity-token');
    writeFileSync(from, podIdentity.token, { mode: 0o644 });
    mounts.push({ at: podIdentity.tokenFile, from, readOnly: true });
  }
  const limit = container.resources?.limits?.memory;
  if (!limit) throw new Error(`${name} has no memory limit`);
  const memory = limitMemory(node.cgroup, name, bytesOf(limit));
  const { resolvConf } = node;
  const sandbox = await startSandbox({
    ...{ hostname: name, template, container, environment, mounts, network, memory, folder, resolvConf },
  });
  const pod = new Pod({ name, template, network, memory, sandbox, onListed: order.onListed });
  void watch(pod);
  return pod;
}

/** A pause that the program makes itself, and that must be as much shorter as the grace it is part of. */
function withScaledDrain(environment: Record<string, string>): Record<string, string> {
  const { DRAIN_SECONDS: drain } = environment;
  return drain ? { ...environment, DRAIN_SECONDS: String(scaledMs(Number(drain)) / 1000) } : environment;
}

export interface Stopping {
  /** Instead of the template's. */
  preStopSeconds?: number;
  /** Just before SIGTERM. */
  beforeSignal?: (pod: Pod) => void;
}

/** As a pod is deleted: endpoints forget it, preStop, SIGTERM, and when the grace is over SIGKILL. */
export async function stopPod(pod: Pod, { preStopSeconds, beforeSignal }: Stopping = {}): Promise<void> {
  const { sandbox, container, template } = pod;
  const pause = preStopSeconds ?? container.lifecycle?.preStop?.sleep?.seconds ?? 0;
  const grace = template.spec.terminationGracePeriodSeconds ?? 30;
  const over = new AbortController();
  const end = sleep(scaledMs(grace), undefined, { signal: over.signal }).then(
    () => {
      pod.problems.push(`${pod.name} did not end within its ${grace} s and was killed`);
      sandbox.kill('SIGKILL');
    },
    () => {},
  );
  pod.beginTermination();
  await Promise.race([sleep(scaledMs(pause)), sandbox.exitCode]);
  beforeSignal?.(pod);
  const start = performance.now();
  sandbox.kill('SIGTERM');
  const code = await sandbox.exitCode;
  pod.stopSeconds = Math.round((performance.now() - start) / 100) / 10;
  over.abort();
  await end;
  if (code !== 0) pod.problems.push(`${pod.name} ended with ${code}:\n${sandbox.lines.slice(-5).join('\n')}`);
}
