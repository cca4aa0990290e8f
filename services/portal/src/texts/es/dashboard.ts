import type { ContestState } from '../../contest-state.ts';
import { formatNumber } from '../../format.ts';
import { votes } from './counts.ts';

type ByState<T> = Readonly<Record<ContestState, T>>;

export const title = 'Tu panel';
export const description = 'Tus videos, tus votos y tu puesto en el torneo.';
export const progress = 'Tu progreso';
export const loading = 'Cargando tu progreso';
export const none = 'Cuando publiques un video, aquí verás tus votos y tu puesto en vivo.';
export const goal = (votes: number, goal: number) => `${formatNumber(votes)} de ${formatNumber(goal)} votos`;
const missing = (count: number) => `${count === 1 ? 'Te falta' : 'Te faltan'} ${votes(count)} para la meta.`;
const missed = (count: number) => `${count === 1 ? 'Te faltó' : 'Te faltaron'} ${votes(count)} para la meta.`;
export const toGoal: ByState<(count: number) => string> = {
  soon: missing,
  open: missing,
  counting: missed,
  final: missed,
};
const done = '¡Llegaste a la meta!';
export const reached: ByState<string> = {
  soon: done,
  open: `${done} Cada voto más te asegura el puesto.`,
  counting: done,
  final: done,
};
export const best = (name: string) => `Con «${name}»`;
export const outOf = (count: number, where: string) => `de ${formatNumber(count)} en ${where}`;
export const country = 'el país';
/** Of who would be in the final if voting closed now, and of who is; nobody before anybody could vote. */
export const qualifies: ByState<string | undefined> = {
  soon: undefined,
  open: 'Vas clasificando al Showcase Final',
  counting: 'Vas clasificando · resultado por confirmar',
  final: '¡Clasificaste al Showcase Final!',
};
export const outsideContest = (city: string) =>
  `${city} todavía no es ciudad del torneo: tu video está en el ranking del país, pero no clasifica.`;
export const finalists = (count: number, city: string) =>
  count === 1
    ? `De ${city} clasifica quien más votos tenga.`
    : `De ${city} clasifican ${formatNumber(count)}.`;
export const outlook: ByState<string> = {
  soon: '¡Prepárate!',
  open: '¡Sigue sumando!',
  counting: 'El resultado está por confirmar.',
  final: 'Esta vez no clasificaste.',
};
export const share: ByState<string> = {
  soon: 'Comparte tu video',
  open: 'Comparte y suma votos',
  counting: 'Comparte tu video',
  final: 'Comparte tu video',
};
export const featured: ByState<string> = {
  soon: 'Videos del torneo',
  open: 'Videos para votar',
  counting: 'Videos del torneo',
  final: 'Videos del torneo',
};
export const featuredHint: ByState<string> = {
  soon: 'Juegos de todo el país. Pronto vas a poder votar por ellos.',
  open: 'Jugadas de todo el país que esperan tu voto.',
  counting: 'Juegos de todo el país.',
  final: 'Juegos de todo el país.',
};
export const featuredLoading = 'Cargando videos';
export const noFeatured = 'Todavía no hay otros videos.';
export const shuffle = 'Ver otros';
export const all = 'Ver todos los videos';
