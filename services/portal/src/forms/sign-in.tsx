import * as forms from '#texts/forms';
import * as texts from '#texts/sign-in';
import { checkFields } from '../client/checks.ts';
import { useForm } from '../client/form.ts';
import { signIn } from '../client/session.ts';
import { EmailField } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { PasswordField } from '../components/password-field.tsx';

interface SignInFormProps {
  /** Where it is known already. */
  email?: string | undefined;
  onDone: () => void;
}

export function SignInForm({ email: known, onDone }: SignInFormProps) {
  const form = useForm({
    check: checkFields,
    send: async ({ email = '', password = '' }) => {
      await signIn(email.trim(), password);
      onDone();
    },
  });
  return (
    <Form name="entrar" form={form} action={texts.action} busy={texts.busy}>
      <EmailField defaultValue={known} />
      <PasswordField name="password" label={forms.password} autocomplete="current-password" />
      <p>
        <a class="link" href="/olvide">
          {texts.forgot}
        </a>
      </p>
    </Form>
  );
}
