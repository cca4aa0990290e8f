import { expect, test } from 'vitest';
import { wrong, wrongLength } from '#texts/forms';
import { checkFields, checkTicked } from '../src/client/checks.ts';

const right = {
  ...{ first_name: 'Ana', last_name: 'Ríos', city: 'Cali', country: 'Colombia', email: ' ana@example.com ' },
  ...{ password1: 'un-pase-largo-7', password2: 'un-pase-largo-7' },
};

test('finds nothing wrong with what the API takes', () => {
  expect(checkFields(right)).toEqual({});
  expect(checkFields({ email: 'a@b.co', password: 'x' })).toEqual({});
});

test.each([
  ['first_name', ' A '],
  ['last_name', 'x'.repeat(51)],
  ['city', ''],
  ['guardian_name', 'M'],
  ['email', 'ana@example'],
  ['email', 'ana example.com'],
  ['password2', 'un-pase-largo-8'],
  ['password', ''],
  ['code', '12345'],
])('finds what is wrong with %s: %j', (field, value) => {
  expect(checkFields({ ...right, [field]: value })).toEqual({ [field]: wrong[field] });
});

test('names the length of a password where that is what is wrong', () => {
  const short = { ...right, password1: 'corta', password2: 'corta' };
  expect(checkFields(short)).toEqual({ password1: wrongLength });
});

test('misses boxes that are not ticked', () => {
  expect(checkTicked({ is_minor: 'on' }, 'is_minor', 'accepts_terms')).toEqual({
    accepts_terms: wrong.accepts_terms,
  });
});
