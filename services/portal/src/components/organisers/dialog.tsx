import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { close } from '#texts/organisers';

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
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} class={isWide ? 'dialog-wide' : ''} aria-labelledby={heading} onClose={onClose}>
      <div class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" class="dialog-close" aria-label={close} onClick={() => dialog.current?.close()}>
          ×
        </button>
      </div>
      {children}
    </dialog>
  );
}
