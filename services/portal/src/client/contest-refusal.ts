import { wrong as texts } from '#texts/organiser-contest';
import { Refusal } from './api.ts';
import type { Field } from './contest-change.ts';

const frozen: Readonly<Record<string, string>> = {
  closes_at: texts.closes_at_frozen,
  edition: texts.edition_frozen,
};

/** The fields that the API refuses, and why, in our words. */
export function refusedFields(error: unknown): Partial<Record<Field, string>> {
  if (!(error instanceof Refusal)) return {};
  const { code, details } = error;
  const entries = details.flatMap(({ field }): [string, string][] => {
    const name = field.split('.')[0] ?? '';
    const text = (code === 'results_frozen' && frozen[name]) || texts[name as Field];
    return text ? [[name, text]] : [];
  });
  return Object.fromEntries(entries);
}
