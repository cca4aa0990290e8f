import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podIdentity } from './backends.ts';
import { limitMemory } from './cgroup.ts';
import { addresses, type PodNetwork, removePodNetwork } from './network.ts';
import { containerOf, Pod } from './pod.ts';
import { environmentOf, mountsOf, type Stored } from './pod-environment.ts';
import { bytesOf, type PodTemplate, type Probe } from './pod-template.ts';
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
  const environment = environmentOf(container, stored, facts);
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

/** The probes, for as long as the pod lives: the startup probe first, then the others. */
async function watch(pod: Pod): Promise<void> {
  const { startupProbe, livenessProbe, readinessProbe } = pod.container;
  let hasEnded = false;
  void pod.sandbox.exitCode.then((code) => {
    hasEnded = true;
    if (!pod.isTerminating && readinessProbe) pod.problems.push(`${pod.name} ended by itself with ${code}`);
  });
  const isAlive = () => !hasEnded && !pod.isTerminating;
  if (startupProbe && !(await hasStarted(pod, startupProbe, isAlive))) return;
  if (livenessProbe)
    void repeat(pod, livenessProbe, isAlive, (isWell) => {
      if (!isWell) pod.problems.push(`${pod.name} failed its liveness probe`);
    });
  if (readinessProbe)
    void repeat(
      pod,
      readinessProbe,
      () => !hasEnded,
      (isWell) => pod.setReady(isWell),
    );
}

/** Neither period nor patience is shortened: a process starts as slowly here as elsewhere. */
async function hasStarted(pod: Pod, probe: Probe, isAlive: () => boolean): Promise<boolean> {
  const { periodSeconds = 10, failureThreshold = 3 } = probe;
  for (let tries = 0; tries < failureThreshold && isAlive(); tries++) {
    if (await isWell(pod, probe)) return true;
    await sleep(periodSeconds * 1000);
  }
  if (isAlive()) pod.problems.push(`${pod.name} failed its startup probe`);
  return false;
}

/** Tells of every success, and of failures once there are too many in a row. */
async function repeat(pod: Pod, probe: Probe, goesOn: () => boolean, tell: (isWell: boolean) => void) {
  const { periodSeconds = 10, failureThreshold = 3 } = probe;
  for (let failures = 0; goesOn(); await sleep(scaledMs(periodSeconds))) {
    const succeeded = await isWell(pod, probe);
    failures = succeeded ? 0 : failures + 1;
    if (goesOn() && (succeeded || failures >= failureThreshold)) tell(succeeded);
  }
}

const isWell = (pod: Pod, { httpGet, timeoutSeconds = 1 }: Probe) =>
  respondsWell(pod.address, pod.port(httpGet.port), httpGet.path, timeoutSeconds * 1000, addresses.node);

/** A GET from one of the bridge's addresses, answered with 200 to 399 in time. */
export function respondsWell(
  host: string,
  port: number,
  path: string,
  timeout: number,
  localAddress: string,
) {
  return new Promise<boolean>((resolve) => {
    const request = get({ host, port, path, localAddress, agent: false }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) >= 200 && (response.statusCode ?? 500) < 400);
    });
    request.setTimeout(timeout, () => request.destroy());
    request.on('error', () => resolve(false)).on('close', () => resolve(false));
  });
}

export interface Stopping {
  /** Instead of the template's. */
  preStopSeconds?: number;
}

/** As a pod is deleted: endpoints forget it, preStop, SIGTERM, and when the grace is over SIGKILL. */
export async function stopPod(pod: Pod, { preStopSeconds }: Stopping = {}): Promise<void> {
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
  sandbox.kill('SIGTERM');
  const code = await sandbox.exitCode;
  over.abort();
  await end;
  if (code !== 0) pod.problems.push(`${pod.name} ended with ${code}:\n${sandbox.lines.slice(-5).join('\n')}`);
  await removePod(pod);
}

/** What is left of a pod whose process has ended. */
export async function removePod(pod: Pod): Promise<void> {
  pod.endMeasurement();
  await pod.memory.remove();
  await removePodNetwork(pod.network);
}
