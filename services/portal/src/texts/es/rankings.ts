import type { ContestState } from '../../contest-state.ts';
import { formatNumber } from '../../format.ts';

export const national = 'Top Jugadores Nacional';
export const ofCity = (city: string) => `Top Jugadores de ${city}`;
export const description = (city: string | undefined) =>
  `Quiénes tienen más votos ${city ? `en ${city}` : 'en el país'} en ANB Rising Stars Showcase.`;
export const live = 'Actualizado en tiempo real';
export const notLive = 'Sin conexión en vivo: estos datos pueden haber cambiado';
export const connecting = 'Conectando en vivo…';
export const country = 'Todo el país';
export const chooseCity = 'Ciudad';
/** Of whom would be in the final if voting closed now, and of whom is; nobody before anybody could vote. */
export const qualifies: Readonly<Record<ContestState, string | undefined>> = {
  soon: undefined,
  open: 'Va clasificando',
  counting: 'Por confirmar',
  final: 'Clasificó',
};
export const moved = {
  up: (places: number) => `▲ ${formatNumber(places)}`,
  down: (places: number) => `▼ ${formatNumber(places)}`,
  spokenUp: (name: string, position: number) => `${name} sube al puesto ${formatNumber(position)}`,
};
export const place = (position: number) => `Puesto ${formatNumber(position)}`;
export const statistics = 'Estadísticas';
export const empty = 'Todavía no hay videos aquí.';
export const emptyAction = 'Sube el primero';
export const list = 'Ranking';
export const pages = 'Páginas';
export const previous = '← Anteriores';
export const next = 'Siguientes →';
export const page = (number: number, of: number) => `Página ${formatNumber(number)} de ${formatNumber(of)}`;
