import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { k8s } from 'cdk8s-plus-28';
import { parse, stringify } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { valuesSchema, valuesTables, valuesYaml } from './chart/write-values.ts';
import { PRODUCT } from './constructs/names.ts';
import { RisingStars } from './rising-stars.ts';
import { KubeObject, TemplateApp } from './template/kube-object.ts';
import { schema, values } from './values.ts';

const root = join(import.meta.dirname, '../..');
const authored = join(import.meta.dirname, 'chart');
const alerts = readFileSync(join(root, 'observability/alerts.yaml'), 'utf8');
const dashboard = readFileSync(join(root, 'observability/overview.json'), 'utf8');

/** Every object of the system, described once. */
function describeObjects(): KubeObject[] {
  // Keys stay in the order in which they are described.
  process.env.CDK8S_DISABLE_SORT = '1';
  const rules = parse(alerts.replaceAll('RUNBOOK_BASE', values.monitoring.runbookBase.plain));
  const chart = new RisingStars(new TemplateApp(), { alerts: rules, dashboard });
  return chart.node.findAll().filter((node): node is KubeObject => node instanceof KubeObject);
}

/** The chart's files by their path in it. */
function chartFiles(): Map<string, string> {
  const copied = (name: string) => readFileSync(join(authored, name), 'utf8');
  return new Map([
    ['Chart.yaml', copied('Chart.yaml').replaceAll('VERSION', manifest.version)],
    ['.helmignore', 'ci/\n'],
    ['README.md', copied('README.md').replace('<!-- values -->', valuesTables(schema))],
    ['values.yaml', valuesYaml(schema)],
    ['values.schema.json', valuesSchema(schema)],
    ['files/alerts.yaml', alerts],
    ['files/overview.json', dashboard],
    ['templates/_helpers.tpl', copied('helpers.tpl')],
    ['templates/NOTES.txt', copied('NOTES.txt')],
    ['templates/checks.yaml', copied('checks.yaml')],
    ['templates/extra-deploy.yaml', copied('extra-deploy.yaml')],
    ...describeObjects().map(
      // The first part of the path is the chart itself.
      (object) =>
        [`templates/${object.node.path.split('/').slice(1).join('/')}.yaml`, object.template()] as const,
    ),
  ]);
}

/** The same objects under the default values, for kubectl. */
export function plainManifests(): object[] {
  return describeObjects().flatMap((object) => object.manifest() ?? []);
}

/** Where the plain manifests live: Pod Security and the load balancer's readiness gates hang on its labels. */
const namespace = {
  ...k8s.KubeNamespace.GVK,
  metadata: {
    name: PRODUCT,
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
    },
  },
};

const yaml = (objects: object[]) =>
  objects
    .map((object) => stringify(object, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false }))
    .join('---\n');

/** Everything that synth writes, by path in the repository. */
export function outputs(): Map<string, string> {
  const chart = [...chartFiles()].map(([path, content]) => [`charts/${PRODUCT}/${path}`, content] as const);
  return new Map([
    ...chart,
    ['k8s/manifests/namespace.yaml', yaml([namespace])],
    [`k8s/manifests/${PRODUCT}.yaml`, yaml(plainManifests())],
  ]);
}

export function synth(): void {
  for (const folder of ['templates', 'files'])
    rmSync(join(root, 'charts', PRODUCT, folder), { recursive: true, force: true });
  for (const [path, content] of outputs()) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
