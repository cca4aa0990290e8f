import { expect, test } from 'vitest';
import { isLongEnough, isPersonal, passwordStrength } from '../src/password-rules.ts';

test.each([
  ['1234567', false],
  ['12345678', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
])('%s: long enough is %s', (password, is) => {
  expect(isLongEnough(password)).toBe(is);
});

const person = { first_name: 'José', last_name: 'de la Rosa', email: 'jose.rosa@example.com' };

test.each(['JOSÉ', 'José', 'jose', 'delarosa', 'José de la Rosa', 'jose.rosa', 'JOSE.ROSA@EXAMPLE.COM'])(
  '%s is the person',
  (password) => {
    expect(isPersonal(password, person)).toBe(true);
  },
);

test.each(['josefa', 'un-pase-largo-7', ''])('%j is not', (password) => {
  expect(isPersonal(password, person)).toBe(false);
  expect(isPersonal(password, {})).toBe(false);
});

test.each([
  ['aaaaaaaaaaaa', 1],
  ['12345678', 1],
  ['qwertyuiop', 1],
  ['87654321', 1],
  ['baloncesto', 2],
  ['pase-largo', 3],
  ['un-pase-largo-7', 4],
  ['cuatro palabras sin relación', 4],
])('%s is guessed at strength %i', (password, strength) => {
  expect(passwordStrength(password)).toBe(strength);
});

test('more of the same makes a password no better', () => {
  expect(passwordStrength('abcabcabc'.repeat(10))).toBeLessThanOrEqual(passwordStrength('kx7-Trw9qz'));
  expect(passwordStrength('1'.repeat(128))).toBe(1);
});
