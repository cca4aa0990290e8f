import type { ContestState } from '../../contest-state.ts';
import { formatNumber } from '../../format.ts';
import { videos, votes } from './counts.ts';

type ByState<T> = Readonly<Record<ContestState, T>>;

export const title: ByState<string> = {
  soon: 'Videos del torneo',
  open: 'Videos en votación',
  counting: 'Videos del torneo',
  final: 'Videos del torneo',
};
export const titleOf = (city: string) => `Videos de ${city}`;
export const description: ByState<string> = {
  soon: 'Mira las jugadas de todo el país. Pronto vas a poder votar por las que más te gusten.',
  open: 'Mira las jugadas de todo el país y vota por las que más te gusten.',
  counting: 'Mira las jugadas de todo el país.',
  final: 'Mira las jugadas de todo el país.',
};
export const search = 'Buscar';
export const searchLabel = 'Nombre o título';
export const city = 'Ciudad';
export const allCities = 'Todas';
export const order = 'Orden';
export const orders = { votos: 'Más votados', recientes: 'Recientes', azar: 'Al azar' } as const;
export const found = videos;
export const results = 'Resultados';
export const none = 'No hay videos así.';
export const noneHint = 'Prueba con otra ciudad o con menos palabras.';
export const clear = 'Quitar filtros';
export const by = (player: string, city: string) => `${player} · ${city}`;
export const posterAlt = (name: string, player: string) => `${name}, de ${player}`;
export const place = (city: string) => `en ${city}`;
export const placeNational = 'en el país';
export const published = (date: string) => `Publicado el ${date}`;
const watch = (player: string) => `Mira a ${player} en ANB Rising Stars Showcase:`;
export const shareText: ByState<(player: string) => string> = {
  soon: watch,
  open: (player) => `Vota por ${player} en ANB Rising Stars Showcase:`,
  counting: watch,
  final: watch,
};
const watched = (player: string, city: string, count: number) =>
  `Mira las jugadas de ${player}, de ${city}.${count === 0 ? '' : ` Tiene ${votes(count)}.`}`;
/** For search engines and previews. */
export const videoDescription: ByState<(player: string, city: string, votes: number) => string> = {
  soon: watched,
  open: (player, city, count) =>
    `Vota por ${player}, de ${city}. ${count === 0 ? 'El primer voto puede ser el tuyo.' : `Ya tiene ${votes(count)}.`}`,
  counting: watched,
  final: watched,
};
export const moreOf = (city: string) => `Más videos de ${city}`;
export const standing = 'Su puesto';
export const outOf = (count: number) => `de ${formatNumber(count)}`;
export const allOf = (city: string) => `Ver todos los videos de ${city}`;
export const report = 'Reportar este video';
export const reportHint =
  'Cuéntale a la organización qué está mal: no es baloncesto, ofende a alguien, no es de quien lo subió…';
export const reportReason = '¿Qué está mal?';
export const reportSend = 'Enviar reporte';
export const reported = 'Gracias. La organización lo va a revisar.';
/** For organisers. */
export const judge = 'Abrir en Organización';
