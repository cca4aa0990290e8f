import { problems } from '#texts/organiser-problems';
import { Refusal } from './api.ts';
import { describeProblem } from './describe-problem.ts';

/** As `describeProblem`, of what only organisers are refused, too. */
export const describeForOrganisers = (error: unknown): string =>
  (error instanceof Refusal && problems[error.code]) || describeProblem(error);
