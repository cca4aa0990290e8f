import type { Contest } from '@anb/api-client/contract';
import type { ContestState } from '../../contest-state.ts';
import { formatDateTimeLast } from '../../format.ts';

/** What the contest is at, in a sentence or two. */
export const sentence: Readonly<Record<ContestState, (contest: Contest) => string>> = {
  soon: ({ opens_at }) => `La votación abre el ${formatDateTimeLast(opens_at)}.`,
  open: ({ closes_at }) =>
    closes_at
      ? `La votación está abierta hasta el ${formatDateTimeLast(closes_at)}.`
      : 'La votación está abierta.',
  counting: (contest) => `${closed(contest)} El resultado está por confirmar.`,
  final: (contest) => `${closed(contest)} El resultado es oficial.`,
};

export const refresh = 'Actualizar la página';

const closed = ({ closes_at }: Contest) =>
  closes_at ? `La votación cerró el ${formatDateTimeLast(closes_at)}.` : 'La votación cerró.';
