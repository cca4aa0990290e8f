import { formatDateTimeLast } from '../../format.ts';

export const soon = (opens: string) => `La votación abre el ${formatDateTimeLast(opens)}.`;
export const open = 'La votación está abierta.';
export const openUntil = (closes: string) =>
  `La votación está abierta hasta el ${formatDateTimeLast(closes)}.`;
export const closed = (closes: string) => `La votación cerró el ${formatDateTimeLast(closes)}.`;
