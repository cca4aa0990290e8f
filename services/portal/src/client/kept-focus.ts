import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Where what had the focus within is gone after a change, the whole has it, instead of the page's beginning. */
export function useKeptFocus(whole: RefObject<HTMLElement | null>): void {
  const hadFocus = whole.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body) whole.current?.focus({ preventScroll: true });
  });
}
