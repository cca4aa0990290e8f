import { formatNumber } from '../../format.ts';

export const title = 'Tu panel';
export const description = 'Tus videos, tus votos y tu puesto en el torneo.';
export const progress = 'Tu progreso';
export const loading = 'Cargando tu progreso';
export const none = 'Cuando publiques un video, aquí verás tus votos y tu puesto en vivo.';
export const goal = (votes: number, goal: number) => `${formatNumber(votes)} de ${formatNumber(goal)} votos`;
export const missing = (count: number) =>
  count === 1 ? 'Te falta 1 voto para la meta.' : `Te faltan ${formatNumber(count)} votos para la meta.`;
export const reached = '¡Llegaste a la meta! Cada voto más te asegura el puesto.';
export const best = (name: string) => `Con «${name}»`;
export const votes = (count: number) => (count === 1 ? 'voto' : 'votos');
export const outOf = (count: number, where: string) => `de ${formatNumber(count)} en ${where}`;
export const country = 'el país';
export const position = (position: number) => `${formatNumber(position)}.º`;
export const wouldQualify = 'Vas clasificando al Showcase Final';
export const outsideContest = (city: string) =>
  `${city} todavía no es ciudad del torneo: tu video está en el ranking del país, pero no clasifica.`;
export const notQualifying = (finalists: number, city: string) =>
  finalists === 1
    ? `Clasifica quien vaya primero en ${city}.`
    : `Clasifican ${formatNumber(finalists)} de ${city}.`;
export const goOn = '¡Sigue sumando!';
export const share = 'Comparte y suma votos';
export const featured = 'Videos para votar';
export const featuredHint = 'Juegos de todo el país que esperan tu voto.';
export const featuredLoading = 'Cargando videos';
export const noFeatured = 'Todavía no hay otros videos en votación.';
export const shuffle = 'Ver otros';
export const all = 'Ver todos los videos';
