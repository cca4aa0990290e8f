import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  bytesOf,
  type Container,
  type Data,
  type EnvironmentVariable,
  type PodTemplate,
} from './pod-template.ts';

/** What a pod's references lead to. */
export interface Stored {
  configMaps: Map<string, Data>;
  secrets: Map<string, Data>;
}

/** What `fieldRef` may ask for. */
export interface PodFacts {
  name: string;
  namespace: string;
  address: string;
}

/** The variables that a template gives to a container, in the kubelet's order. */
export function environmentOf(container: Container, stored: Stored, facts: PodFacts): Data {
  const environment: Data = {};
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? find(stored.configMaps, 'ConfigMap', configMapRef.name)
      : find(stored.secrets, 'Secret', secretRef?.name ?? '');
    for (const [name, value] of Object.entries(data)) environment[prefix + name] = value;
  }
  for (const variable of container.env ?? [])
    environment[variable.name] = resolve(variable, environment, stored, facts);
  return environment;
}

function resolve(variable: EnvironmentVariable, before: Data, stored: Stored, facts: PodFacts): string {
  const { name, value = '', valueFrom } = variable;
  if (!valueFrom) return expand(value, before);
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom;
  if (fieldRef) return fieldOf(fieldRef.fieldPath, facts);
  const reference = secretKeyRef ?? configMapKeyRef;
  if (!reference) throw new Error(`${name} comes from a source that is not played here`);
  const data = secretKeyRef
    ? find(stored.secrets, 'Secret', secretKeyRef.name)
    : find(stored.configMaps, 'ConfigMap', reference.name);
  const found = data[reference.key];
  if (found === undefined) throw new Error(`${reference.name} has no key ${reference.key}`);
  return found;
}

/** `$(NAME)` of a variable named before; `$$` escapes, an unknown name stays as it stands. */
export const expand = (text: string, variables: Data) =>
  text.replace(/\$\$|\$\(([\w.-]+)\)/g, (whole, name) => (whole === '$$' ? '$' : (variables[name] ?? whole)));

function fieldOf(path: string, facts: PodFacts): string {
  const fields: Data = {
    'metadata.name': facts.name,
    'metadata.namespace': facts.namespace,
    'status.podIP': facts.address,
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`fieldRef ${path} is not played here`);
  return value;
}

function find(kept: Map<string, Data>, kind: string, name: string): Data {
  const data = kept.get(name);
  if (!data) throw new Error(`there is no ${kind} ${name}`);
  return data;
}

/** A mount of a container, for bubblewrap. */
export type Mount = { at: string } & ({ from: string; readOnly: boolean } | { tmpfs: true; bytes: number });

const EMPTY_DIR_BYTES = 1024 ** 3;

/** The volumes of a container; files of Secrets and ConfigMaps are written below the folder. */
export function mountsOf(
  template: PodTemplate,
  container: Container,
  stored: Stored,
  folder: string,
): Mount[] {
  const { volumes = [], securityContext = {} } = template.spec;
  return (container.volumeMounts ?? []).map(({ name, mountPath: at, subPath }) => {
    const volume = volumes.find((volume) => volume.name === name);
    if (subPath) throw new Error('subPath is not played here');
    if (volume?.emptyDir) {
      const { sizeLimit } = volume.emptyDir;
      return { at, tmpfs: true, bytes: sizeLimit ? bytesOf(sizeLimit) : EMPTY_DIR_BYTES };
    }
    const from = join(folder, name);
    if (volume?.secret) {
      const data = find(stored.secrets, 'Secret', volume.secret.secretName);
      writeFiles(from, data, volume.secret, securityContext.fsGroup);
    } else if (volume?.configMap) {
      const data = find(stored.configMaps, 'ConfigMap', volume.configMap.name);
      writeFiles(from, data, volume.configMap, securityContext.fsGroup);
    } else throw new Error(`volume ${name} is of a kind that is not played here`);
    return { at, from, readOnly: true };
  });
}

type Files = { defaultMode?: number; items?: { key: string; path: string }[] };

/** Root's, readable to the pod's group when there is one. */
function writeFiles(folder: string, data: Data, { defaultMode = 0o644, items }: Files, group?: number): void {
  const chosen = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  for (const { key, path } of chosen) {
    const content = data[key];
    if (content === undefined) throw new Error(`${folder}: there is no key ${key}`);
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chownSync(file, 0, group ?? 0);
    chmodSync(file, group === undefined ? defaultMode : defaultMode | 0o040);
  }
}
