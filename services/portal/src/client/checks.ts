import { wrong, wrongLength } from '#texts/forms';
import { isLongEnough } from '../password-rules.ts';
import type { FieldErrors, Values } from './form.ts';

/** What the API would refuse, said before it is asked. */

const LENGTHS: Readonly<Record<string, readonly [number, number]>> = {
  first_name: [2, 50],
  last_name: [2, 50],
  city: [2, 50],
  country: [2, 50],
  guardian_name: [2, 100],
};
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const CODE = /^\d{6}$/;

/** @returns what is wrong with those fields that the form has */
export function checkFields(values: Values): FieldErrors {
  const errors: Record<string, string> = {};
  for (const [field, value] of Object.entries(values)) {
    const error = complaint(field, value, values);
    if (error) errors[field] = error;
  }
  return errors;
}

function complaint(field: string, value: string, values: Values): string | undefined {
  switch (field) {
    case 'email':
      return EMAIL.test(value.trim()) ? undefined : wrong[field];
    case 'code':
      return CODE.test(value) ? undefined : wrong[field];
    case 'password':
    case 'current':
      return value ? undefined : wrong[field];
    case 'password1':
      return isLongEnough(value) ? undefined : wrongLength;
    case 'password2':
      return value === values.password1 ? undefined : wrong[field];
  }
  const [shortest, longest] = LENGTHS[field] ?? [0, Number.POSITIVE_INFINITY];
  const { length } = value.trim();
  return length >= shortest && length <= longest ? undefined : wrong[field];
}

/** Boxes that are not ticked are not among the values. */
export const checkTicked = (values: Values, ...names: string[]): FieldErrors =>
  Object.fromEntries(names.filter((name) => !values[name]).map((name) => [name, wrong[name] ?? '']));
