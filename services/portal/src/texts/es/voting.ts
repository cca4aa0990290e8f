import { formatNumber } from '../../format.ts';

export const vote = 'Votar';
export const voted = 'Ya votaste';
export const voting = 'Votando…';
export const votedNow = (votes: number) =>
  votes === 1 ? '¡Voto registrado! Es el primero.' : `¡Voto registrado! Ya son ${formatNumber(votes)}.`;
export const votedBefore = 'Ya votaste por este video.';
export const ownVideo = 'Es tu video';
export const soon = 'Aún no abre';
export const closed = 'Votación cerrada';
