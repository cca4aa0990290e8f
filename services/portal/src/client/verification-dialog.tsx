import * as texts from '#texts/verification';
import { CodeForm } from '../forms/code.tsx';
import { DialogHead, openDialog } from './dialog.tsx';

let asked: Promise<boolean> | undefined;

/** Asks for the code that was mailed. @returns whether the e-mail is verified now */
export function openVerification(): Promise<boolean> {
  asked ??= openDialog<true>((finish) => (
    <>
      <DialogHead title={texts.title} />
      <CodeForm onDone={() => finish(true)} />
    </>
  ))
    .then(Boolean)
    .finally(() => {
      asked = undefined;
    });
  return asked;
}
