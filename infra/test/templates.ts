import { type Resource, synthesise, type Template } from '../src/app.ts';
import { environments } from '../src/environments/index.ts';

const made = new Map<string, Record<string, Template>>();

/** An environment's templates by the names of their stacks; made once for a test file. */
export function templatesOf(environmentName: string): Record<string, Template> {
  const known = made.get(environmentName);
  if (known) return known;
  const environment = environments.find(({ name }) => name === environmentName);
  if (!environment) throw new Error(`no environment ${environmentName}`);
  const templates = synthesise(environment);
  made.set(environmentName, templates);
  return templates;
}

/** All resources of a type, by their logical names. */
export function resourcesOf(templates: Record<string, Template>, type: string): Record<string, Resource> {
  const all = Object.values(templates).flatMap(({ Resources }) => Object.entries(Resources));
  return Object.fromEntries(all.filter(([, resource]) => resource.Type === type));
}

/** The properties of the only resource of a type, or of the one whose logical name begins so. */
export function theOnly(templates: Record<string, Template>, type: string, prefix = '') {
  const found = Object.entries(resourcesOf(templates, type)).filter(([name]) => name.startsWith(prefix));
  const [one] = found;
  if (!one || found.length > 1) throw new Error(`${found.length} of ${type} ${prefix}`);
  return one[1].Properties;
}
