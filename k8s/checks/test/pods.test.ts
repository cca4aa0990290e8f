import { describe, expect, test } from 'vitest';
import { houseRules } from '../house-rules.ts';
import { violations } from '../pod-security.ts';

type Fields = Record<string, unknown>;

const probe = { httpGet: { path: '/livez', port: 'ops' } };
const securityContext: Fields = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
const container: Fields = {
  name: 'votes',
  image: 'registry.example.com:5000/votes:1.2.0',
  securityContext,
  resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '256Mi' } },
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
};
const podSecurityContext: Fields = {
  runAsNonRoot: true,
  runAsUser: 10001,
  seccompProfile: { type: 'RuntimeDefault' },
};
const spec: Fields = {
  automountServiceAccountToken: false,
  securityContext: podSecurityContext,
  containers: [container],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
};

const deployment = (pod: Fields, metadata: Fields = {}) => ({
  kind: 'Deployment',
  spec: { template: { metadata, spec: pod } },
});
const withPod = (change: Fields) => deployment({ ...spec, ...change });
const withContainer = (change: Fields) => withPod({ containers: [{ ...container, ...change }] });
const withContext = (change: Fields) => withContainer({ securityContext: { ...securityContext, ...change } });
const withPodContext = (change: Fields) => withPod({ securityContext: { ...podSecurityContext, ...change } });

const bad = { ...container, securityContext: { ...securityContext, privileged: true } };
const badPod = { ...spec, containers: [bad] };
const badTemplate = { template: { spec: badPod } };

describe('violations', () => {
  test.each([
    ['our pods', deployment(spec)],
    ['what runs no pod', { kind: 'Service', spec: { hostNetwork: true } }],
    ['a privileged port', withContext({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
    [
      'what the container says itself',
      withPod({
        securityContext: {},
        containers: [{ ...container, securityContext: { ...securityContext, ...podSecurityContext } }],
      }),
    ],
    [
      'profiles of the node',
      withPodContext({ seccompProfile: { type: 'Localhost' }, appArmorProfile: { type: 'RuntimeDefault' } }),
    ],
    ['a safe sysctl', withPodContext({ sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '60' }] })],
    ['an SELinux level', withContext({ seLinuxOptions: { type: 'container_t', level: 's0' } })],
  ])('accepts %s', (_case, object) => {
    expect(violations(object)).toEqual([]);
  });

  test.each([
    ['Pod', { spec: badPod }],
    ['PodTemplate', badTemplate],
    ['ReplicaSet', { spec: badTemplate }],
    ['ReplicationController', { spec: badTemplate }],
    ['StatefulSet', { spec: badTemplate }],
    ['DaemonSet', { spec: badTemplate }],
    ['Job', { spec: badTemplate }],
    ['CronJob', { spec: { jobTemplate: { spec: badTemplate } } }],
    ['ScaledJob', { spec: { jobTargetRef: badTemplate } }],
  ])('finds the pod of a %s', (kind, rest) => {
    expect(violations({ kind, ...rest })).toEqual(['containers[votes]: privileged']);
  });

  test.each([
    ['hostNetwork', withPod({ hostNetwork: true }), 'hostNetwork'],
    ['hostPID', withPod({ hostPID: true }), 'hostPID'],
    ['hostIPC', withPod({ hostIPC: true }), 'hostIPC'],
    [
      'hostPath',
      withPod({ volumes: [{ name: 'host', hostPath: { path: '/' } }] }),
      'volume host is a hostPath',
    ],
    ['NFS', withPod({ volumes: [{ name: 'far', nfs: {} }] }), 'volume far is a nfs'],
    ['a sysctl', withPodContext({ sysctls: [{ name: 'kernel.msgmax' }] }), 'sysctl kernel.msgmax'],
    ['a root pod', withPodContext({ runAsUser: 0 }), 'pod: runAsUser 0'],
    ['a root container', withContext({ runAsUser: 0 }), 'containers[votes]: runAsUser 0'],
    ['maybe root', withPodContext({ runAsNonRoot: undefined }), 'containers[votes]: runAsNonRoot is not set'],
    ['root on request', withContext({ runAsNonRoot: false }), 'containers[votes]: runAsNonRoot is false'],
    [
      'no seccomp',
      withPodContext({ seccompProfile: undefined }),
      'containers[votes]: seccompProfile is not set',
    ],
    [
      'seccomp off',
      withContext({ seccompProfile: { type: 'Unconfined' } }),
      'containers[votes]: seccomp Unconfined',
    ],
    [
      'seccomp off in the pod',
      withPodContext({ seccompProfile: { type: 'Unconfined' } }),
      'pod: seccomp Unconfined',
    ],
    [
      'AppArmor off',
      withContext({ appArmorProfile: { type: 'Unconfined' } }),
      'containers[votes]: AppArmor Unconfined',
    ],
    [
      'AppArmor off by annotation',
      deployment(spec, {
        annotations: { 'container.apparmor.security.beta.kubernetes.io/votes': 'unconfined' },
      }),
      'AppArmor unconfined',
    ],
    [
      'an SELinux type',
      withContext({ seLinuxOptions: { type: 'spc_t' } }),
      'containers[votes]: SELinux type spc_t',
    ],
    ['an SELinux user', withPodContext({ seLinuxOptions: { user: 'root' } }), 'pod: SELinux user or role'],
    ['a Windows host process', withPodContext({ windowsOptions: { hostProcess: true } }), 'pod: hostProcess'],
    ['procMount', withContext({ procMount: 'Unmasked' }), 'containers[votes]: procMount Unmasked'],
    ['privileged', withContext({ privileged: true }), 'containers[votes]: privileged'],
    [
      'escalation',
      withContext({ allowPrivilegeEscalation: undefined }),
      'containers[votes]: allowPrivilegeEscalation is not false',
    ],
    [
      'kept capabilities',
      withContext({ capabilities: { drop: ['KILL'] } }),
      'containers[votes]: capabilities do not drop ALL',
    ],
    [
      'added capabilities',
      withContext({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
      'containers[votes]: adds capabilities SYS_ADMIN',
    ],
    [
      'a host port',
      withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }),
      'containers[votes]: hostPort',
    ],
    [
      'a probe elsewhere',
      withContainer({ livenessProbe: { tcpSocket: { host: '169.254.169.254', port: 80 } } }),
      'containers[votes]: a probe or hook asks the host 169.254.169.254',
    ],
    [
      'a hook elsewhere',
      withContainer({ lifecycle: { preStop: { httpGet: { host: 'example.com', port: 80 } } } }),
      'containers[votes]: a probe or hook asks the host example.com',
    ],
    ['an init container', withPod({ initContainers: [bad] }), 'initContainers[votes]: privileged'],
    [
      'an ephemeral container',
      withPod({ ephemeralContainers: [bad] }),
      'ephemeralContainers[votes]: privileged',
    ],
  ])('refuses %s', (_case, object, sentence) => {
    expect(violations(object)).toEqual([sentence]);
  });
});

describe('houseRules', () => {
  const noProbes = {
    ...container,
    livenessProbe: undefined,
    readinessProbe: undefined,
    startupProbe: undefined,
  };
  const digest = `votes@sha256:${'0'.repeat(64)}`;

  test.each([
    ['our pods', deployment(spec)],
    ['a digest', withContainer({ image: digest })],
    [
      'a Job without probes',
      { kind: 'Job', spec: { template: { spec: { ...spec, containers: [noProbes] } } } },
    ],
    ['an init container without probes', withPod({ initContainers: [noProbes] })],
  ])('accept %s', (_case, object) => {
    expect(houseRules(object)).toEqual([]);
  });

  test('accept a token where one is needed', () => {
    const object = withPod({ automountServiceAccountToken: true });
    expect(houseRules(object, { needsApi: true })).toEqual([]);
    expect(houseRules(object)).toEqual(['automountServiceAccountToken is not false']);
  });

  const resources = (requests: Fields, limits: Fields) => withContainer({ resources: { requests, limits } });
  const memory = '256Mi';
  test.each([
    [
      'a token by default',
      withPod({ automountServiceAccountToken: undefined }),
      'automountServiceAccountToken is not false',
    ],
    [
      'an endless emptyDir',
      withPod({ volumes: [{ name: 'tmp', emptyDir: {} }] }),
      'emptyDir tmp has no sizeLimit',
    ],
    [
      'a writable root',
      withContext({ readOnlyRootFilesystem: undefined }),
      'readOnlyRootFilesystem is not true',
    ],
    ['no cpu request', resources({ memory }, { memory }), 'no cpu request'],
    ['no memory request', resources({ cpu: 1 }, { memory }), 'no memory request'],
    ['no memory limit', resources({ cpu: 1, memory }, {}), 'no memory limit'],
    [
      'half a byte',
      resources({ cpu: 1, memory }, { memory: '512m' }),
      'memory 512m is in thousandths of a byte',
    ],
    ['latest', withContainer({ image: 'votes:latest' }), 'image votes:latest has no tag, or latest'],
    [
      'no tag',
      withContainer({ image: 'registry:5000/votes' }),
      'image registry:5000/votes has no tag, or latest',
    ],
    ['no image', withContainer({ image: undefined }), 'image undefined has no tag, or latest'],
    ['no liveness', withContainer({ livenessProbe: undefined }), 'no livenessProbe'],
    ['no readiness', withContainer({ readinessProbe: undefined }), 'no readinessProbe'],
    ['no startup', withContainer({ startupProbe: undefined }), 'no startupProbe'],
  ])('refuse %s', (_case, object, sentence) => {
    expect(houseRules(object).map((problem) => problem.replace('containers[votes]: ', ''))).toEqual([
      sentence,
    ]);
  });

  test('ask a sidecar for probes', () => {
    const sidecar = { ...noProbes, restartPolicy: 'Always' };
    expect(houseRules(withPod({ initContainers: [sidecar] }))).toContain(
      'initContainers[votes]: no livenessProbe',
    );
  });
});
