import { expect, test } from 'vitest';
import { comparisonKey } from '../src/comparison-key.ts';

test.each([
  ['Bogotá', 'bogota'],
  ['  BOGOTÁ ', 'bogota'],
  ['Bogotá D.C.', 'bogota dc'],
  ['Bogotá, D.C.', 'bogota dc'],
  ['Santa  Marta', 'santa marta'],
  ['Nariño', 'narino'],
  ['%', '%'],
  ['a_b%c', 'a b c'],
])('%s is compared as %s', (text, key) => {
  expect(comparisonKey(text)).toBe(key);
});
