import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHelm, helmTemplate, type KubernetesObject, type TemplateOptions } from '../checks/helm.ts';

export const root = join(import.meta.dirname, '../..');
export const chart = join(root, 'charts/rising-stars');
const { helm4, helm3 } = await findHelm();
export const helms = { helm4, helm3 };

/** Every value file that ships with the chart; '' stands for the defaults. */
export const valueFiles: string[] = [
  '',
  ...readdirSync(chart).filter((file) => /^values-.*\.yaml$/.test(file)),
  ...readdirSync(join(chart, 'ci')).map((file) => `ci/${file}`),
];

export const valuesOf = (file: string) => (file === '' ? [] : [join(chart, file)]);

export const render = (options: TemplateOptions & { helm?: string } = {}): Promise<KubernetesObject[]> =>
  helmTemplate(options.helm ?? helm4, chart, { namespace: 'rising-stars', ...options });

export const read = (path: string) => readFileSync(join(root, path), 'utf8');

export const named = (objects: KubernetesObject[], kind: string, name: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
