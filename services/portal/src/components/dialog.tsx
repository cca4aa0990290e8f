import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { close } from '#texts/dialog';
import { useKeptFocus } from '../client/kept-focus.ts';

interface DialogProps {
  title: string;
  isWide?: boolean;
  children: ComponentChildren;
  onClose: () => void;
}

/** Over the page; gone by Escape, too. The focus comes back to where it was. */
export function Dialog({ title, isWide, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useKeptFocus(dialog);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // Who is asked for something may begin at once.
    current?.querySelector<HTMLElement>('input, textarea, select')?.focus();
    // Before it is taken away: only then the browser gives the focus back.
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={isWide ? 'dialog-wide' : ''}
      aria-labelledby={heading}
      tabIndex={-1}
      onClose={onClose}
    >
      <div class="dialog-head">
        <h2 id={heading} class="written">
          {title}
        </h2>
        <button type="button" class="dialog-close" aria-label={close} onClick={() => dialog.current?.close()}>
          ×
        </button>
      </div>
      {children}
    </dialog>
  );
}
