import type { ContestState } from '../../contest-state.ts';
import { formatNumber } from '../../format.ts';
import { videoWord, voteWord } from './counts.ts';

export const title = 'Sube tu video, recibe votos, llega a la final';
export const description =
  'Muestra tus mejores jugadas en 30 segundos. El público vota y los más votados de cada ciudad juegan el Showcase Final ante cazatalentos.';
export const headline = ['Treinta segundos', 'para mostrar tu juego'] as const;
const invitation =
  'Sube un video con tus mejores jugadas. El público vota, y los más votados de cada ciudad van al Showcase Final ante cazatalentos.';
export const lead: Readonly<Record<ContestState, string>> = {
  soon: invitation,
  open: invitation,
  counting:
    'El público votó. Apenas se confirme el resultado se sabe quiénes van de cada ciudad al Showcase Final ante cazatalentos.',
  final: 'El público votó: mira quiénes van de cada ciudad al Showcase Final ante cazatalentos.',
};
const rankings = { href: '/rankings', text: 'Ver rankings' };
export const ways = {
  before: [{ href: '/subir', text: 'Comenzar ahora' }, rankings],
  over: [rankings, { href: '/videos', text: 'Ver los videos' }],
};
export const totals = { live: 'El torneo en vivo', over: 'El torneo en números' };
export const total = {
  videos: videoWord,
  votes: voteWord,
  players: (count: number) => (count === 1 ? 'participante' : 'participantes'),
  cities: (count: number) => (count === 1 ? 'ciudad' : 'ciudades'),
};
export const steps = 'Cómo se juega';
/** Which of the quarters is being played. */
export const current: Readonly<Record<ContestState, number>> = { soon: 0, open: 1, counting: 2, final: 3 };
export const now = 'Vamos aquí';
export const quarters = [
  {
    name: '1.er cuarto',
    title: 'Sube tu video',
    text: 'Graba tus habilidades y súbelas desde el celular. Con hasta 30 segundos hacemos un clip con la imagen del torneo.',
  },
  {
    name: '2.º cuarto',
    title: 'Votación pública',
    text: 'Comparte tu enlace. Cada persona puede votar una sola vez por cada video.',
  },
  {
    name: '3.er cuarto',
    title: 'Los más votados clasifican',
    text: 'El ranking de cada ciudad se mueve en vivo. Clasifican quienes más votos tengan al cierre.',
  },
  {
    name: '4.º cuarto',
    title: 'Showcase Final',
    text: 'Quienes clasifican muestran su juego ante cazatalentos y entrenadores.',
  },
] as const;
export const finalists = (count: number) =>
  count === 1
    ? 'De cada ciudad del torneo clasifica quien más votos tenga.'
    : `De cada ciudad del torneo clasifican ${formatNumber(count)} personas: las más votadas.`;
export const topPlayers = 'Los más votados';
export const allRankings = 'Ver el ranking completo';
export const prizes = 'Premios y beneficios';
export const prizeList = [
  { title: 'Un lugar en el Showcase Final', text: 'Los más votados de cada ciudad juegan la final.' },
  { title: 'Cazatalentos en la grada', text: 'Entrenadores y ojeadores ven tu juego en persona.' },
  { title: 'Un clip con imagen de torneo', text: 'Tu video, con la marca del torneo, listo para compartir.' },
  { title: 'Todo el país te ve', text: 'Tu nombre y tu ciudad en un ranking nacional y público.' },
] as const;
export const noVideos = 'Todavía no hay videos.';
export const beFirst = '¡El tuyo puede ser el primero!';
export const noRanking = 'En este momento no podemos mostrar el ranking. Inténtalo otra vez en un momento.';
