import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, Template } from '../src/app.ts';
import { environmentNamed } from '../src/environments/index.ts';

/**
 * An environment's templates by the names of their stacks. The first who asks in a run makes them, for the others: the
 * CDK takes seconds to be read.
 */
export async function templatesOf(environmentName: string): Promise<Record<string, Template>> {
  const file = join(process.env.TEST_LOGS ?? '', `templates-${environmentName}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const { synthesise } = await import('../src/app.ts');
  const templates = synthesise(environmentNamed(environmentName));
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(templates));
  renameSync(unfinished, file);
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

/** What a test asks of an environment's templates: the properties of all of a type, or of the only one. */
export const readerOf = (templates: Record<string, Template>) => ({
  all: (type: string) => Object.values(resourcesOf(templates, type)).map(({ Properties }) => Properties),
  only: (type: string, prefix?: string) => theOnly(templates, type, prefix),
});

export interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export const statementsOf = (policy: Resource['Properties']) =>
  policy.PolicyDocument.Statement as Statement[];
