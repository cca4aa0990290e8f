import { formatNumber } from '../../format.ts';
import { quoted } from './organisers.ts';

export const status = {
  uploaded: 'En cola',
  processing: 'Procesando',
  processed: 'Listo',
  failed: 'Falló',
} as const;
export const stage = {
  downloading: 'descargando',
  examining: 'revisando',
  transcoding: 'convirtiendo',
  storing: 'guardando',
} as const;
export const open = 'En votación';
export const isPrivate = 'Privado';
export const hidden = 'Oculto';
export const pending = 'Por aprobar';
export const withoutWorker = 'nadie lo tiene: vuelve solo a la cola';
export const attempts = (count: number) => (count === 1 ? '1 intento' : `${formatNumber(count)} intentos`);
export const deaths = (count: number) =>
  count === 1 ? 'interrumpió 1 proceso' : `interrumpió ${formatNumber(count)} procesos`;
export const uploadedAt = 'Subido';
export const processedAt = 'Procesado';
export const player = 'De';
export const state = 'Estado';
export const reports = (count: number) =>
  count === 0 ? 'Sin reportes' : count === 1 ? '1 reporte' : `${formatNumber(count)} reportes`;
export const onlyPlayerSees = 'Quien lo subió lo tiene en privado: su clip no se puede ver.';
export const noClip = 'Todavía no hay clip que ver.';
export const notFound = 'Este video no existe, o lo eliminó quien lo subió.';
export const publicPage = 'Ver su página pública';

export const retry = 'Reintentar';
export const retried = (title: string) => `${quoted(title)} está otra vez en cola.`;

export const hide = {
  action: 'Ocultar',
  title: '¿Ocultar este video?',
  settles: (reports: number) =>
    reports === 1 ? 'Su reporte queda resuelto.' : `Sus ${formatNumber(reports)} reportes quedan resueltos.`,
  isOpen: 'Sale de la votación y del ranking al instante, y su clip deja de verse.',
  isNotOpen: 'No está en votación; tampoco podrá estarlo mientras siga oculto.',
  keeps: 'Sus votos se guardan: si lo muestras otra vez, vuelven con él.',
  done: (title: string) => `${quoted(title)} está oculto.`,
};
export const show = {
  action: 'Mostrar',
  title: '¿Mostrar este video otra vez?',
  opens: 'Vuelve a la votación y al ranking al instante, con los votos que tenía.',
  staysPrivate: 'Sigue en privado hasta que quien lo subió lo publique.',
  done: (title: string) => `${quoted(title)} ya no está oculto.`,
};
export const approve = {
  action: 'Aprobar',
  title: '¿Aprobar este video?',
  opens: 'Entra a la votación y al ranking al instante, con este título.',
  done: (title: string) => `${quoted(title)} está aprobado.`,
};
export const keep = {
  action: 'Dejar como está',
  title: '¿Dejar este video como está?',
  stays: 'Sigue en votación, con sus votos.',
  done: (title: string) => `Los reportes de ${quoted(title)} quedaron resueltos.`,
};
