import { useLayoutEffect, useRef } from 'preact/hooks';

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
  const dialog = useRef<HTMLDialogElement>(null);
  // Before it leaves the page: what is gone gives nothing back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed, it gives the focus back to where it was.
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="pregunta" onClose={onNo}>
      <div class="stack">
        <h2 id="pregunta">{question}</h2>
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
    </dialog>
  );
}
