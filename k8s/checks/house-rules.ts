import { type Container, type Pod, podOf } from './pods.ts';

/** Kinds whose containers run until they are stopped. */
const longRunning = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** What we ask of our own pods beyond the restricted standard. */
export function houseRules(object: Record<string, unknown>, { needsApi = false } = {}): string[] {
  const pod = podOf(object);
  if (!pod) return [];
  const runsOn = longRunning.includes(String(object.kind));
  return [
    ...podRules(pod, needsApi),
    ...pod.containers.flatMap((container) => containerRules(container)),
    ...pod.containers.filter((container) => runsOn && isLongRunning(container)).flatMap(probeRules),
  ];
}

function podRules({ spec }: Pod, needsApi: boolean): string[] {
  const wrong: string[] = [];
  if (!needsApi && spec.automountServiceAccountToken !== false) {
    wrong.push('automountServiceAccountToken is not false');
  }
  for (const { name, emptyDir } of spec.volumes ?? []) {
    if (emptyDir && !emptyDir.sizeLimit) wrong.push(`emptyDir ${name} has no sizeLimit`);
  }
  return wrong;
}

function containerRules({ path, image, resources = {}, securityContext = {} }: Container): string[] {
  const { requests = {}, limits = {} } = resources;
  const wrong: string[] = [];
  if (securityContext.readOnlyRootFilesystem !== true) wrong.push('readOnlyRootFilesystem is not true');
  if (!requests.cpu) wrong.push('no cpu request');
  if (!requests.memory) wrong.push('no memory request');
  if (!limits.memory) wrong.push('no memory limit');
  // 512m of memory is half a byte, and valid.
  for (const { memory } of [requests, limits]) {
    if (/m$/.test(String(memory))) wrong.push(`memory ${memory} is in thousandths of a byte`);
  }
  if (!isPinned(String(image))) wrong.push(`image ${image} has no tag, or latest`);
  return wrong.map((sentence) => `${path}: ${sentence}`);
}

function isPinned(image: string): boolean {
  const { tag, digest } =
    /^[^@]*?(?::(?<tag>[^:/@]+))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(image)?.groups ?? {};
  return digest !== undefined || (tag !== undefined && tag !== 'latest');
}

function isLongRunning({ path, restartPolicy }: Container): boolean {
  return path.startsWith('containers') || (path.startsWith('initContainers') && restartPolicy === 'Always');
}

function probeRules(container: Container): string[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe']
    .filter((probe) => container[probe] === undefined)
    .map((probe) => `${container.path}: no ${probe}`);
}
