import type { Contest } from '@anb/api-client/contract';
import * as texts from '#texts/contest';
import { Notice } from './feedback.tsx';

/** When voting is open, in a sentence. */
export function describeWindow({ open, opens_at, closes_at }: Contest): string {
  if (open) return closes_at ? texts.openUntil(closes_at) : texts.open;
  const isOver = closes_at && Date.parse(closes_at) <= Date.now();
  return isOver ? texts.closed(closes_at) : texts.soon(opens_at);
}

/** Says so where votes do not count. */
export function ClosedNotice({ contest }: { contest: Contest }) {
  return contest.open ? null : <Notice kind="warn">{describeWindow(contest)}</Notice>;
}
