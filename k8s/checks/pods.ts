// biome-ignore lint/suspicious/noExplicitAny: an object of any kind, checked elsewhere
type Fields = Record<string, any>;

export interface Container extends Fields {
  name: string;
  /** Where it stands in the pod, for messages. */
  path: string;
}

export interface Pod {
  metadata: Fields;
  spec: Fields;
  containers: Container[];
}

const ofSpec = ({ spec }: Fields) => spec?.template;

/** Where each kind keeps its pod. */
const templates: Record<string, (object: Fields) => Fields | undefined> = {
  Pod: (object) => object,
  PodTemplate: ({ template }) => template,
  Deployment: ofSpec,
  ReplicaSet: ofSpec,
  ReplicationController: ofSpec,
  StatefulSet: ofSpec,
  DaemonSet: ofSpec,
  Job: ofSpec,
  CronJob: ({ spec }) => spec?.jobTemplate?.spec?.template,
  ScaledJob: ({ spec }) => spec?.jobTargetRef?.template,
};

/** The pod an object runs, if it runs one. */
export function podOf(object: Fields): Pod | undefined {
  const template = templates[object.kind]?.(object);
  return template && podFrom(template);
}

function podFrom(template: Fields): Pod {
  const spec: Fields = template.spec ?? {};
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    (spec[field] ?? []).map((container: Container, index: number) => ({
      ...container,
      path: `${field}[${container.name ?? index}]`,
    })),
  );
  return { metadata: template.metadata ?? {}, spec, containers };
}
