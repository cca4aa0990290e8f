import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  question: string;
  text: string;
  yes: string;
  no: string;
  isBusy?: boolean;
  problem?: string;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before something that can not be undone. */
export function Confirm({ question, text, yes, no, isBusy = false, problem, onYes, onNo }: ConfirmProps) {
  return (
    <Dialog title={question} onClose={onNo}>
      <div class="stack">
        <p class="written">{text}</p>
        {problem && (
          <p class="field-error" role="alert">
            {problem}
          </p>
        )}
        <p class="row">
          <button type="button" class="button button-danger" aria-disabled={isBusy} onClick={onYes}>
            {yes}
          </button>
          <button type="button" class="button button-plain" onClick={onNo}>
            {no}
          </button>
        </p>
      </div>
    </Dialog>
  );
}
