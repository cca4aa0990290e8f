import { ordinal } from './counts.ts';

/** What becomes of a video that has arrived, step by step. */
export const title = 'Procesando tu video';
export const queued = 'En cola';
export const stages = {
  downloading: 'Recibiendo el archivo',
  examining: 'Revisando la imagen',
  transcoding: 'Creando tu clip del torneo',
  storing: 'Guardando',
} as const;
export const place = (place: number) =>
  place <= 1 ? 'Sigues tú en la cola' : `Vas de ${ordinal(place)} en la cola`;
export const leave = 'Puedes cerrar esta página: seguimos trabajando y en tu panel verás cómo va.';
export const lost = 'Sin conexión en vivo: reconectando…';
export const list = 'Pasos del procesamiento';
export const done = 'hecho';
export const current = 'ahora';
export const progress = 'Progreso del procesamiento';
