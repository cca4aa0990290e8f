import type { Environment } from '../environment.ts';
import { dev } from './dev.ts';
import { production } from './production.ts';

export const environments: readonly Environment[] = [dev, production];
