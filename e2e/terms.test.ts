import { expect, test } from 'vitest';
import { TERMS_VERSION } from '../services/auth/src/terms.ts';
import { inForceSince } from '../services/portal/src/texts/es/legal.ts';

test('an acceptance is noted under the day from which the shown terms are in force', () => {
  expect(TERMS_VERSION).toBe(inForceSince);
});
