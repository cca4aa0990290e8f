import * as texts from '#texts/verification';
import { Dialog } from '../components/dialog.tsx';
import { CodeForm } from '../forms/code.tsx';
import { openDialog } from './open-dialog.tsx';

let asked: Promise<boolean> | undefined;

/** Asks for the code that was mailed. @returns whether the e-mail is verified now */
export function openVerification(): Promise<boolean> {
  asked ??= openDialog<true>((finish) => (
    <Dialog title={texts.title} onClose={() => finish()}>
      <CodeForm onDone={() => finish(true)} />
    </Dialog>
  ))
    .then(Boolean)
    .finally(() => {
      asked = undefined;
    });
  return asked;
}
