import * as forms from '#texts/forms';
import * as texts from '#texts/profile';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { openDialog } from '../client/open-dialog.tsx';
import { call, farewell } from '../client/session.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form } from '../components/form.tsx';
import { PasswordField } from '../components/password-field.tsx';

/** Says what goes and what stays, and asks for the password. @returns whether the account is deleted */
export const openDeletion = async (): Promise<boolean> =>
  Boolean(
    await openDialog<true>((finish) => (
      <Dialog title={texts.deleteTitle} onClose={() => finish()}>
        <Deletion onDone={() => finish(true)} />
      </Dialog>
    )),
  );

function Deletion({ onDone }: { onDone: () => void }) {
  const form = useForm({
    check: checkFields,
    send: async ({ password }) => {
      await call('DELETE', '/api/auth/account', { json: { password } });
      farewell();
      onDone();
    },
  });
  return (
    <div class="stack">
      <List title={texts.deleteGoes} items={texts.deleteGoesList} />
      <List title={texts.deleteStays} items={texts.deleteStaysList} />
      <p>
        <strong>{texts.deleteFinal}</strong>
      </p>
      <Form name="eliminar" form={form} action={texts.deleteAction} busy={texts.deleting} isDanger>
        <PasswordField name="password" label={forms.password} autocomplete="current-password" />
      </Form>
      <button
        type="button"
        class="button button-plain button-wide"
        onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()}
      >
        {texts.keepAccount}
      </button>
    </div>
  );
}

function List({ title, items }: { title: string; items: readonly string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul class="bullets small">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}
