import * as texts from '#texts/organiser-window';
import { type Window, windowState } from '../contest-state.ts';

/** @param now by the server's clock, in milliseconds */
export function describeWindow(window: Window, now: number): string {
  const { opens_at, closes_at } = window;
  if (closes_at === null) return windowState(window, now) === 'soon' ? texts.soon(opens_at) : texts.open;
  return { soon: texts.soon(opens_at), open: texts.openUntil(closes_at), closed: texts.closed(closes_at) }[
    windowState(window, now)
  ];
}
