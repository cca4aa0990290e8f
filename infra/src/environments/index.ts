import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment.ts';
import { dev } from './dev.ts';
import { production } from './production.ts';

export const environments: readonly Environment[] = [dev, production];

export function environmentNamed(name: string | undefined): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  throw new Complaint(`name an environment: ${environments.map(({ name }) => name).join(', ')}`);
}
