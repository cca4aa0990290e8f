import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { addresses } from './network.ts';
import type { Pod } from './pod.ts';
import type { Probe } from './pod-template.ts';
import { scaledMs } from './time.ts';

/** The probes, for as long as the pod lives: the startup probe first, then the others. */
export async function watch(pod: Pod): Promise<void> {
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
  respondsWell(
    addresses.node,
    { host: pod.address, port: pod.port(httpGet.port), path: httpGet.path },
    timeoutSeconds * 1000,
  );

/** A GET from one of the bridge's addresses, answered with 200 to 399 in time. */
export async function respondsWell(from: string, target: Target, timeoutMs: number): Promise<boolean> {
  const { status } = await fetchFrom(from, target, timeoutMs);
  return status >= 200 && status < 400;
}

export interface Target {
  host: string;
  port: number;
  path: string;
}

/** @returns status 0 when nothing came in time */
export function fetchFrom(localAddress: string, { host, port, path }: Target, timeoutMs: number) {
  return new Promise<{ status: number; body: string }>((resolve) => {
    // A signal, because a request's own timeout begins only once it is connected.
    const signal = AbortSignal.timeout(timeoutMs);
    const request = get({ host, port, path, localAddress, agent: false, signal }, (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then(
        (body) => resolve({ status, body }),
        () => resolve({ status: 0, body: '' }),
      );
    });
    request.on('error', () => resolve({ status: 0, body: '' }));
  });
}
