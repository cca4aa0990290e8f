import type { ComponentChildren } from 'preact';
import { FormScope, type FormState } from '../client/form.ts';
import { Notice } from './feedback.tsx';

interface FormProps {
  /** Of this form alone on its page; ids begin with it. */
  name: string;
  form: FormState;
  action: string;
  busy: string;
  isDanger?: boolean;
  children: ComponentChildren;
}

/** A form and its button, see `useForm`. */
export function Form({ name, form, action, busy, isDanger = false, children }: FormProps) {
  return (
    <FormScope.Provider value={{ name, errors: form.errors }}>
      <form
        class="stack"
        // Before its script is there nothing is sent, and no password stands in an address.
        method="dialog"
        noValidate
        ref={form.element}
        onSubmit={form.submit}
        onInput={form.amend}
      >
        {form.problem && (
          <Notice kind="bad" isAlert>
            {form.problem}
          </Notice>
        )}
        {children}
        <button
          type="submit"
          class={`button button-wide${isDanger ? ' button-danger' : ''}`}
          aria-disabled={form.isBusy}
        >
          {form.isBusy ? busy : action}
        </button>
      </form>
    </FormScope.Provider>
  );
}
