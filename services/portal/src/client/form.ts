import { createContext, type RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { wrong } from '#texts/forms';
import { Refusal } from './api.ts';
import { describeProblem } from './describe-problem.ts';
import { NotSignedIn } from './session.ts';

/** What stands in the fields, by their names, which are the API's. */
export type Values = Readonly<Record<string, string>>;
/** What is wrong, by field. */
export type FieldErrors = Readonly<Record<string, string>>;

interface FormOptions {
  /** Looks at what needs no server. */
  check?: (values: Values) => FieldErrors;
  send: (values: Values) => Promise<void>;
}

export interface FormState {
  element: RefObject<HTMLFormElement | null>;
  errors: FieldErrors;
  /** Of the whole, not of a field. */
  problem: string;
  isBusy: boolean;
  submit: (event: Event) => void;
  /** What is being corrected is not wrong any more. */
  amend: (event: Event) => void;
}

/** For the fields within. */
export const FormScope = createContext<{ name: string; errors: FieldErrors }>({ name: '', errors: {} });

/** A form that keeps what was typed, is sent once at a time, and puts what is refused beside its field. */
export function useForm({ check, send }: FormOptions): FormState {
  const element = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [{ errors, problem }, setFaults] = useState<Faults>(NO_FAULTS);
  const [refused, setRefused] = useState(0);

  useLayoutEffect(() => {
    element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refused]);

  function refuse(faults: Faults) {
    setFaults(faults);
    setRefused((times) => times + 1);
  }

  async function submit(event: Event) {
    event.preventDefault();
    const form = element.current;
    if (!form || isSending.current) return;
    const values = Object.fromEntries(new FormData(form)) as Values;
    const found = check?.(values) ?? {};
    if (Object.keys(found).length > 0) return refuse({ errors: found, problem: '' });
    setFaults(NO_FAULTS);
    isSending.current = true;
    setBusy(true);
    try {
      await send(values);
    } catch (error) {
      refuse(faultsOf(error, form));
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  }

  function amend({ target }: Event) {
    const { name } = target as HTMLInputElement;
    if (errors[name]) setFaults({ problem, errors: { ...errors, [name]: '' } });
  }

  return { element, errors, problem, isBusy, submit, amend };
}

interface Faults {
  errors: FieldErrors;
  problem: string;
}

/** Which field they are about, of refusals that name none. */
const AT: Readonly<Record<string, string>> = { wrong_code: 'code', code_expired: 'code' };

const NO_FAULTS: Faults = { errors: {}, problem: '' };

/** What the API complains of stands at its field; of one that the form does not have, above. */
function faultsOf(error: unknown, form: HTMLFormElement): Faults {
  if (error instanceof NotSignedIn) return NO_FAULTS;
  const problem = describeProblem(error);
  if (!(error instanceof Refusal)) return { errors: {}, problem };
  const { code } = error;
  const details = AT[code] ? [{ field: AT[code] }] : error.details;
  const wording = (field: string) => (code === 'invalid_input' ? (wrong[field] ?? problem) : problem);
  const shown = details.filter(({ field }) => form.elements.namedItem(field));
  return {
    errors: Object.fromEntries(shown.map(({ field }) => [field, wording(field)])),
    problem: shown.length > 0 && shown.length === details.length ? '' : problem,
  };
}
