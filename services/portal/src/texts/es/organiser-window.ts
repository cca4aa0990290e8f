import { formatDateTime } from '../../format.ts';

export const soon = (opens: string) => `La votación abre el ${formatDateTime(opens)}`;
export const open = 'La votación está abierta, sin fecha de cierre';
export const openUntil = (closes: string) => `La votación está abierta hasta el ${formatDateTime(closes)}`;
export const closed = (closes: string) => `La votación cerró el ${formatDateTime(closes)}`;
