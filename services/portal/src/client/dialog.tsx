import { type ComponentChildren, render } from 'preact';
import { close as closeText } from '#texts/sign-in';

type Finish<T> = (result: T) => void;

/**
 * A dialog over the page, as long as the person needs.
 * @param content is given what ends it
 * @returns undefined when it was closed
 */
export function openDialog<T>(content: (finish: Finish<T>) => ComponentChildren): Promise<T | undefined> {
  const dialog = document.createElement('dialog');
  document.body.append(dialog);
  return new Promise((resolve) => {
    let result: T | undefined;
    const finish = (value: T) => {
      result = value;
      dialog.close();
    };
    dialog.addEventListener('close', () => {
      render(null, dialog);
      dialog.remove();
      resolve(result);
    });
    render(content(finish), dialog);
    dialog.showModal();
    dialog.querySelector<HTMLElement>('input')?.focus();
  });
}

interface DialogHeadProps {
  title: string;
}

/** Names the dialog around it. */
export function DialogHead({ title }: DialogHeadProps) {
  return (
    <div class="dialog-head" ref={(head) => head?.closest('dialog')?.setAttribute('aria-label', title)}>
      <h2>{title}</h2>
      <button
        type="button"
        class="dialog-close"
        aria-label={closeText}
        onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()}
      >
        ×
      </button>
    </div>
  );
}
