import { type Container, type Pod, podOf } from './pods.ts';

/**
 * The restricted Pod Security Standard, baseline included, as of Kubernetes 1.36
 * (kubernetes.io/docs/concepts/security/pod-security-standards), for Linux pods.
 */

const volumeTypes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const profileTypes = ['RuntimeDefault', 'Localhost'];

/** Why a namespace that enforces `restricted` would refuse the pods of an object; empty for what runs none. */
export function violations(object: Record<string, unknown>): string[] {
  const pod = podOf(object);
  if (!pod) return [];
  return [
    ...podViolations(pod),
    ...securityContextViolations(pod.spec.securityContext ?? {}, 'pod'),
    ...pod.containers.flatMap((container) => containerViolations(container, pod)),
  ];
}

/** Collects the sentences whose condition holds. */
function told(...rules: [boolean, string][]): string[] {
  return rules.filter(([isViolated]) => isViolated).map(([, sentence]) => sentence);
}

function podViolations({ metadata, spec }: Pod): string[] {
  const wrong = told(
    [spec.hostNetwork === true, 'hostNetwork'],
    [spec.hostPID === true, 'hostPID'],
    [spec.hostIPC === true, 'hostIPC'],
  );
  for (const { name, ...source } of spec.volumes ?? []) {
    const foreign = Object.keys(source).find((type) => !volumeTypes.includes(type));
    if (foreign) wrong.push(`volume ${name} is a ${foreign}`);
  }
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    if (!safeSysctls.includes(name)) wrong.push(`sysctl ${name}`);
  }
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const isAppArmor = key.startsWith('container.apparmor.security.beta.kubernetes.io/');
    if (isAppArmor && !/^(runtime\/default|localhost\/.*|)$/.test(String(value)))
      wrong.push(`AppArmor ${value}`);
  }
  return wrong;
}

/** What holds for the security context of pods and of containers alike. */
function securityContextViolations(context: Container['securityContext'], where: string): string[] {
  const { seLinuxOptions: seLinux = {}, appArmorProfile, seccompProfile, windowsOptions } = context;
  return told(
    [windowsOptions?.hostProcess === true, `${where}: hostProcess`],
    [!seLinuxTypes.includes(seLinux.type ?? ''), `${where}: SELinux type ${seLinux.type}`],
    [Boolean(seLinux.user || seLinux.role), `${where}: SELinux user or role`],
    [
      appArmorProfile !== undefined && !profileTypes.includes(appArmorProfile.type),
      `${where}: AppArmor ${appArmorProfile?.type}`,
    ],
    [
      seccompProfile !== undefined && !profileTypes.includes(seccompProfile.type),
      `${where}: seccomp ${seccompProfile?.type}`,
    ],
    [context.runAsNonRoot === false, `${where}: runAsNonRoot is false`],
    [context.runAsUser === 0, `${where}: runAsUser 0`],
  );
}

function containerViolations(container: Container, pod: Pod): string[] {
  const { path: where, securityContext: context = {}, ports = [] } = container;
  const ofPod = pod.spec.securityContext ?? {};
  const added: string[] = context.capabilities?.add ?? [];
  const dropped: string[] = context.capabilities?.drop ?? [];
  return [
    ...securityContextViolations(context, where),
    ...told(
      [context.privileged === true, `${where}: privileged`],
      [context.allowPrivilegeEscalation !== false, `${where}: allowPrivilegeEscalation is not false`],
      [!dropped.includes('ALL'), `${where}: capabilities do not drop ALL`],
      [added.some((name) => name !== 'NET_BIND_SERVICE'), `${where}: adds capabilities ${added.join(', ')}`],
      [!['Default', undefined].includes(context.procMount), `${where}: procMount ${context.procMount}`],
      [(context.runAsNonRoot ?? ofPod.runAsNonRoot) === undefined, `${where}: runAsNonRoot is not set`],
      [(context.seccompProfile ?? ofPod.seccompProfile) === undefined, `${where}: seccompProfile is not set`],
      [ports.some(({ hostPort }: { hostPort?: number }) => hostPort), `${where}: hostPort`],
    ),
    ...hostsOfHandlers(container).map((host) => `${where}: a probe or hook asks the host ${host}`),
  ];
}

/** Since 1.34 a probe or hook may ask nothing but its own pod. */
function hostsOfHandlers({
  livenessProbe,
  readinessProbe,
  startupProbe,
  lifecycle = {},
}: Container): string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle.postStart, lifecycle.preStop];
  return handlers.flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host]).filter(Boolean);
}
