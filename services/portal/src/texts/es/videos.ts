import { formatNumber } from '../../format.ts';

export const title = 'Videos en votación';
export const titleOf = (city: string) => `Videos de ${city}`;
export const description = 'Mira las jugadas de todo el país y vota por las que más te gusten.';
export const search = 'Buscar';
export const searchLabel = 'Nombre o título';
export const city = 'Ciudad';
export const allCities = 'Todas las ciudades';
export const order = 'Orden';
export const orders = { votos: 'Más votados', recientes: 'Recientes', azar: 'Al azar' } as const;
export const found = (count: number) => (count === 1 ? '1 video' : `${formatNumber(count)} videos`);
export const results = 'Resultados';
export const none = 'No hay videos así.';
export const noneHint = 'Prueba con otra ciudad o con menos palabras.';
export const clear = 'Quitar filtros';
export const by = (player: string, city: string) => `${player} · ${city}`;
export const posterAlt = (name: string, player: string) => `${name}, de ${player}`;
export const place = (city: string) => `en ${city}`;
export const placeNational = 'en el país';
export const published = (date: string) => `Publicado el ${date}`;
export const share = 'Compartir';
export const shareText = (player: string) => `Vota por ${player} en ANB Rising Stars Showcase:`;
export const whatsapp = 'Enviar por WhatsApp';
export const copyLink = 'Copiar enlace';
export const copied = 'Enlace copiado';
export const videoDescription = (player: string, city: string, votes: number) =>
  votes === 0
    ? `Vota por ${player}, de ${city}. El primer voto puede ser el tuyo.`
    : `Vota por ${player}, de ${city}. Ya tiene ${formatNumber(votes)} ${votes === 1 ? 'voto' : 'votos'}.`;
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
