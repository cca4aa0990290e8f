import { useEffect, useState } from 'preact/hooks';
import type { Asked } from '../routes.ts';

/**
 * What the address asks for; undefined until the page has come to life. Links within the page then change it without
 * loading the page anew, so that focus and place stay.
 */
export function useAddress(): Asked | undefined {
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => {
    const read = () => setAsked(Object.fromEntries(new URLSearchParams(location.search)));
    read();
    addEventListener('popstate', read);
    document.addEventListener('click', follow);
    return () => {
      removeEventListener('popstate', read);
      document.removeEventListener('click', follow);
    };
  }, []);
  return asked;
}

/** To an address of this page. */
export function goTo(href: string): void {
  history.pushState({ isOurs: true }, '', href);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Back to where a link of ours has led from; where somebody came by an address of its own, to `href`. */
export function leaveFor(href: string): void {
  if (history.state?.isOurs) return history.back();
  history.replaceState(null, '', href);
  dispatchEvent(new PopStateEvent('popstate'));
}

function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.hash) return;
  if ((link.target && link.target !== '_self') || link.hasAttribute('download')) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname) return;
  event.preventDefault();
  goTo(link.href);
}
