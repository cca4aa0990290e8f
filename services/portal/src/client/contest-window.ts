import type { Contest } from '@anb/api-client/contract';
import * as texts from '#texts/organiser-window';

export type Window = Pick<Contest, 'opens_at' | 'closes_at'>;

/** @param now by the server's clock, in milliseconds */
export function windowState({ opens_at, closes_at }: Window, now: number): 'soon' | 'open' | 'closed' {
  if (closes_at !== null && Date.parse(closes_at) <= now) return 'closed';
  return Date.parse(opens_at) <= now ? 'open' : 'soon';
}

export function describeWindow(window: Window, now: number): string {
  const { opens_at, closes_at } = window;
  if (closes_at === null) return windowState(window, now) === 'soon' ? texts.soon(opens_at) : texts.open;
  return { soon: texts.soon(opens_at), open: texts.openUntil(closes_at), closed: texts.closed(closes_at) }[
    windowState(window, now)
  ];
}
