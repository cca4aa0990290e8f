/**
 * Checks an object against the models of its kind: Kubernetes 1.36 (kubernetes-models 5.1, told by its
 * fields), KEDA 2, Prometheus operator and External Secrets as pinned in package.json.
 * The models know types, enums, required fields and formats, not the rules an API server adds in code or CEL.
 */

import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Validator {
  kind?: string;
  prototype: { validate(this: unknown): void };
}

const kubernetes = 'kubernetes-models';
/** Which package has the kinds of an API group; all others are Kubernetes' own. */
const packages: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'eventing.keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'generators.external-secrets.io': '@kubernetes-models/external-secrets',
};

/** What is wrong with an object, one sentence each; unknown kinds and fields are wrong. */
export async function problems(object: unknown): Promise<string[]> {
  if (!isObject(object)) return ['is not an object'];
  const model = await modelOf(object);
  if (!model) return [`unknown kind ${object.kind} of ${object.apiVersion}`];
  const watched = watch(object);
  const wrong = [...nulls(object), ...schemaProblems(model, watched.proxy), ...unreadFields(watched)];
  return [...new Set([...wrong, ...metadataProblems(object.metadata)])];
}

async function modelOf({ apiVersion, kind }: Record<string, unknown>): Promise<Validator | undefined> {
  const [, group = '', version = ''] = /^(?:([a-z0-9.-]+)\/)?(v[a-z0-9]+)$/.exec(String(apiVersion)) ?? [];
  const name = packages[group] ?? kubernetes;
  // kubernetes-models still carries the beta versions that Kubernetes removed long ago.
  if (!version || (name === kubernetes && !/^v\d+$/.test(version))) return undefined;
  const manifest = findPackageJSON(name, import.meta.url);
  const file = join(dirname(manifest ?? ''), group, version, `${basename(String(kind))}.js`);
  if (!existsSync(file)) return undefined;
  const model: Validator | undefined = (await import(pathToFileURL(file).href))[String(kind)];
  // The folders hold the parts of kinds too (DeploymentSpec), which have no kind of their own.
  return model?.kind === kind ? model : undefined;
}

function schemaProblems(model: Validator, object: unknown): string[] {
  try {
    model.prototype.validate.call(object);
    return [];
  } catch (error) {
    const { errors } = error as { errors?: SchemaError[] };
    if (!errors) throw error;
    const telling = errors.filter(({ keyword }) => keyword !== 'oneOf');
    return (telling.length > 0 ? telling : errors).map(({ instancePath, message, params }) => {
      const allowed = params.allowedValues ? ` (${params.allowedValues.join(', ')})` : '';
      return `${instancePath || '/'} ${message}${allowed}`;
    });
  }
}

interface SchemaError {
  keyword: string;
  instancePath: string;
  message: string;
  params: { allowedValues?: string[] };
}

/**
 * The models carry validators, not schemas, and those let unknown fields pass. But a validator asks for
 * every field it knows, present or not; so a field that stayed unread is unknown. Where it reads no
 * field at all (free-form objects) everything may stand.
 */
interface Watched {
  raw: object;
  proxy: object;
  read: Set<string>;
  children: Map<string, Watched>;
}

function watch(raw: object): Watched {
  const read = new Set<string>();
  const children = new Map<string, Watched>();
  const proxy = new Proxy(raw, {
    get(target, field) {
      const value = Reflect.get(target, field);
      if (typeof field === 'symbol') return value;
      read.add(field);
      if (typeof value !== 'object' || value === null) return value;
      const child = children.get(field) ?? watch(value);
      children.set(field, child);
      return child.proxy;
    },
  });
  return { raw, proxy, read, children };
}

function unreadFields({ raw, read, children }: Watched, path = ''): string[] {
  const closed = read.size > 0 && !Array.isArray(raw);
  const unread = closed ? Object.keys(raw).filter((field) => !read.has(field)) : [];
  return [
    ...unread.map((field) => `${path}/${field} is not a known field`),
    ...[...children].flatMap(([field, child]) => unreadFields(child, `${path}/${field}`)),
  ];
}

/** Kubernetes drops most nulls silently; in a rendered object they are a value that went missing. */
function nulls(value: unknown, path = ''): string[] {
  if (value === null) return [`${path} is null`];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([field, child]) => nulls(child, `${path}/${field}`));
}

const labelName = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const objectName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

function metadataProblems(metadata: unknown): string[] {
  const { name, labels, annotations } = isObject(metadata) ? metadata : {};
  const wrong: string[] = [];
  if (typeof name !== 'string' || !objectName.test(name)) wrong.push('/metadata/name is not a valid name');
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!labelName.test(key)) wrong.push(`/metadata/labels/${key} is not a valid label`);
    if (!labelValue.test(String(value))) wrong.push(`/metadata/labels/${key} has an invalid value`);
  }
  for (const key of Object.keys(annotations ?? {})) {
    if (!labelName.test(key)) wrong.push(`/metadata/annotations/${key} is not a valid annotation`);
  }
  return wrong;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
