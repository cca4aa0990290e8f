import { createHash } from 'node:crypto';
import { programFile } from '@anb/topology';
import type { k8s } from 'cdk8s-plus-28';
import { evaluate } from '../template/evaluate.ts';
import {
  Expression,
  entriesOf,
  itemsOf,
  not,
  type Placeholder,
  type Templated,
  when,
} from '../template/placeholders.ts';
import { values, type WorkloadValues } from '../values.ts';
import { image, labels, named, selectorLabels, serviceAccountName } from './names.ts';

const ZONE = 'topology.kubernetes.io/zone';

export const imagePullSecrets = new Expression(
  '.Values.global.imagePullSecrets | default .Values.image.pullSecrets',
  values.image.pullSecrets.plain,
);

/** Any but root, the same in every image. */
const USER = 10_001;
const SECRETS = '/run/secrets';

/** Restricted Pod Security, and nothing to write to. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  seccompProfile: { type: 'RuntimeDefault' },
} satisfies k8s.PodSecurityContext;

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** All keys of a Secret as files. */
export interface SecretFolder {
  /** Below /run/secrets. */
  readonly folder: string;
  readonly secret: Expression<string>;
  /** Mounted only then; always, when left out. */
  readonly isNeeded?: Expression;
}

/** One key of a Secret as a file. */
export interface SecretFile extends SecretFolder {
  readonly key: Expression<string>;
  readonly file: string;
}

export interface Scratch {
  readonly path: string;
  readonly size: string | Placeholder;
}

/** The environment of a program. */
export type Config = Record<string, Templated<string>>;

export interface ProgramPodOptions {
  readonly name: string;
  readonly config: Config;
  readonly values: WorkloadValues;
  readonly secretFiles: readonly (SecretFile | SecretFolder)[];
  readonly scratch: readonly Scratch[];
  readonly ports: Templated<k8s.ContainerPort[]>;
  readonly preStopSleepSeconds?: Expression<number>;
}

export const secretPath = ({ folder, file }: { folder: string; file?: string }) =>
  [SECRETS, folder, ...(file ? [file] : [])].join('/');

/** A pod of one of our long-running programs, configured by the ConfigMap of the same name. */
export function programPod(options: ProgramPodOptions): Templated<k8s.PodTemplateSpec> {
  const { name, values: v } = options;
  return {
    metadata: {
      labels: labels(name, v.podLabels),
      annotations: {
        'checksum/config': configChecksum(options),
        ...entriesOf(v.podAnnotations),
      },
    },
    spec: {
      serviceAccountName: serviceAccountName(name, v.serviceAccount),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: v.terminationGracePeriodSeconds,
      imagePullSecrets,
      securityContext: podSecurity,
      topologySpreadConstraints: [ZONE, 'kubernetes.io/hostname'].map((key) => ({
        topologyKey: key,
        maxSkew: 1,
        whenUnsatisfiable: key === ZONE ? v.zoneSpread : 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorLabels(name) },
        matchLabelKeys: ['pod-template-hash'],
      })),
      ...placement(v),
      initContainers: v.initContainers,
      containers: [programContainer(options), ...itemsOf(v.extraContainers)],
      volumes: [...volumes(options), ...itemsOf(v.extraVolumes)],
    },
  };
}

export interface TaskPodOptions {
  /** Whose account it has. */
  readonly account: string;
  readonly values: Pick<
    WorkloadValues,
    'image' | 'serviceAccount' | 'nodeSelector' | 'tolerations' | 'affinity' | 'priorityClassName'
  >;
  readonly name: string;
  readonly program: string;
  /** What else the container has: its environment and its resources. */
  readonly container: Templated<Pick<k8s.Container, 'env' | 'envFrom' | 'resources'>>;
  /** Whoever has one is given the database's certificate authority too. */
  readonly databaseSecrets: readonly SecretFile[];
  readonly extraVolumeMounts?: WorkloadValues['extraVolumeMounts'];
  readonly extraVolumes?: WorkloadValues['extraVolumes'];
}

/** A pod that runs one program and ends. */
export function taskPod(options: TaskPodOptions): Templated<k8s.PodSpec> {
  const { account, values: v, name, program, container, databaseSecrets } = options;
  const hasDatabase = databaseSecrets.length > 0;
  return {
    serviceAccountName: serviceAccountName(account, v.serviceAccount),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    imagePullSecrets,
    securityContext: podSecurity,
    ...placement(v),
    containers: [
      {
        name,
        image: image(v.image),
        imagePullPolicy: values.image.pullPolicy,
        args: [program],
        ...container,
        securityContext: containerSecurity,
        volumeMounts: [
          scratchMount(TMP),
          ...databaseSecrets.map(secretMount),
          ...(hasDatabase ? [when(values.database.caConfigMap, databaseCaMount)] : []),
          ...(options.extraVolumeMounts ? itemsOf(options.extraVolumeMounts) : []),
        ],
      },
    ],
    volumes: [
      scratchVolume(TMP),
      ...databaseSecrets.map(secretVolume),
      ...(hasDatabase ? [when(values.database.caConfigMap, databaseCaVolume)] : []),
      ...(options.extraVolumes ? itemsOf(options.extraVolumes) : []),
    ],
  };
}

/** Where a pod may run. */
export const placement = (
  v: Pick<WorkloadValues, 'nodeSelector' | 'tolerations' | 'affinity' | 'priorityClassName'>,
) => ({
  nodeSelector: v.nodeSelector,
  tolerations: v.tolerations,
  affinity: v.affinity,
  priorityClassName: when(v.priorityClassName, v.priorityClassName),
});

function programContainer(options: ProgramPodOptions): Templated<k8s.Container> {
  const { name, values: v } = options;
  const probe = (path: string) => ({ httpGet: { path, port: 'ops' } });
  return {
    name,
    image: image(v.image),
    imagePullPolicy: values.image.pullPolicy,
    args: [when(values.dev.fileSync, '--watch'), programFile(name)],
    ports: options.ports,
    envFrom: [{ configMapRef: { name: named(name) } }, ...itemsOf(v.extraEnvFrom)],
    env: v.extraEnv,
    resources: v.resources,
    securityContext: { ...containerSecurity, readOnlyRootFilesystem: not(values.dev.fileSync) },
    startupProbe: { ...probe('/livez'), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...probe('/livez'), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    lifecycle: options.preStopSleepSeconds && sleepBeforeStop(options.preStopSleepSeconds),
    volumeMounts: [
      ...options.scratch.map(scratchMount),
      ...options.secretFiles.map(secretMount),
      when(values.database.caConfigMap, databaseCaMount),
      ...itemsOf(v.extraVolumeMounts),
    ],
  };
}

/** In Kubernetes since 1.30 without a feature gate, 0 seconds since 1.33; the types are older. */
const sleepBeforeStop = (seconds: Expression<number>) => when(seconds, { preStop: { sleep: { seconds } } });

/** Changes when the ConfigMap does, so that its pods are replaced. */
function configChecksum({ name, config }: ProgramPodOptions) {
  const source = `(include (print .Template.BasePath "/${name}/config.yaml") . | fromYaml).data | toJson | sha256sum`;
  const data = evaluate(config) as Record<string, string>;
  const sorted = JSON.stringify(data, Object.keys(data).sort());
  // As Go writes JSON.
  const json = sorted.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  return new Expression(source, createHash('sha256').update(json).digest('hex'));
}

const volumes = ({ scratch, secretFiles }: ProgramPodOptions) => [
  ...scratch.map(scratchVolume),
  ...secretFiles.map(secretVolume),
  when(values.database.caConfigMap, databaseCaVolume),
];

/** Node and its libraries expect one. */
export const TMP: Scratch = { path: '/tmp', size: '64Mi' };

export const scratchMount = ({ path }: Scratch) => ({ name: path.slice(1), mountPath: path });
export const scratchVolume = ({ path, size }: Scratch) => ({
  name: path.slice(1),
  emptyDir: { sizeLimit: size },
});
const ifNeeded = <T>({ isNeeded }: SecretFolder, body: T) => (isNeeded ? when(isNeeded, body) : body);
const secretMount = (mounted: SecretFolder) =>
  ifNeeded(mounted, { name: mounted.folder, mountPath: `${SECRETS}/${mounted.folder}`, readOnly: true });
const secretVolume = (mounted: SecretFile | SecretFolder) =>
  ifNeeded(mounted, {
    name: mounted.folder,
    secret: {
      secretName: mounted.secret,
      defaultMode: 0o440,
      ...('key' in mounted && { items: [{ key: mounted.key, path: mounted.file }] }),
    },
  });

const DATABASE_CA = 'database-ca';
export const databaseCaFile = `${SECRETS}/${DATABASE_CA}/ca.pem`;
const databaseCaMount = { name: DATABASE_CA, mountPath: `${SECRETS}/${DATABASE_CA}`, readOnly: true };
const databaseCaVolume = { name: DATABASE_CA, configMap: { name: values.database.caConfigMap } };
