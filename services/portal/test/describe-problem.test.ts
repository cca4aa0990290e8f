import { describe, expect, test } from 'vitest';
import { describeProblem } from '../src/client/describe-problem.ts';
import { offline, unknown } from '../src/texts/es/problems.ts';

describe('a problem', () => {
  test.each([
    'Failed to fetch dynamically imported module: http://127.0.0.1/assets/sign-in-dialog.js',
    'error loading dynamically imported module: http://127.0.0.1/assets/sign-in-dialog.js',
    'Importing a module script failed.',
  ])('of code that did not arrive is one of the connection: %s', (message) => {
    expect(describeProblem(new TypeError(message))).toBe(offline);
  });

  test('of our own making is not blamed on the connection', () => {
    expect(describeProblem(new TypeError('x is undefined'))).toBe(unknown(undefined));
  });
});
