import { formatNumber } from '../../format.ts';

export const states = 'Estado';
export const state = {
  todos: 'Todos',
  cola: 'En cola',
  procesando: 'Procesando',
  listos: 'Listos',
  fallidos: 'Fallidos',
} as const;
export const list = 'Trabajos';
export const live = 'Se actualiza cada 5 segundos';
export const column = {
  video: 'Video',
  state: 'Estado',
  attempts: 'Intentos',
  when: 'En cola desde',
} as const;
export const empty = {
  todos: 'Todavía no ha llegado ningún video.',
  cola: 'No hay videos en cola.',
  procesando: 'Ahora no se procesa ningún video.',
  listos: 'Todavía no hay videos listos.',
  fallidos: 'Ningún video ha fallado.',
} as const;

export const redrive = {
  heading: 'Mensajes sin entregar',
  text: 'Después de diez intentos, la cola aparta el mensaje de un video y nadie más lo procesa. Aquí se ponen otra vez en la cola, cuando la causa ya no está.',
  action: 'Volver a poner en la cola',
  title: '¿Poner otra vez en la cola los mensajes sin entregar?',
  happens: [
    'Todos los mensajes apartados vuelven a la cola, y sus videos se procesan otra vez.',
    'Los videos que ya terminaron no cambian.',
    'Los mensajes que nadie puede leer se quedan donde están.',
  ],
  done: (moved: number, unreadable: number) =>
    `${moved === 0 ? 'No había mensajes que mover.' : moved === 1 ? '1 mensaje volvió a la cola.' : `${formatNumber(moved)} mensajes volvieron a la cola.`}${
      unreadable === 0
        ? ''
        : unreadable === 1
          ? ' 1 no se puede leer y se quedó.'
          : ` ${formatNumber(unreadable)} no se pueden leer y se quedaron.`
    }`,
  more: ' Quedan más: repítelo.',
};
