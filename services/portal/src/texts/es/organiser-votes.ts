import { formatNumber } from '../../format.ts';
import { votes } from './counts.ts';

export const states = 'Qué alertas';
export const state = { abiertas: 'Por resolver', resueltas: 'Resueltas' } as const;
export const explained = {
  abiertas:
    'Votos que llegaron juntos de una forma extraña; se buscan cada dos minutos. Una alerta es un indicio, no una prueba: detrás de una misma dirección puede haber un colegio. Mientras no la resuelvas, sus votos cuentan.',
  resueltas: 'Las más recientes primero. Los votos anulados se pueden devolver.',
} as const;
export const empty = {
  abiertas: 'No hay alertas por resolver.',
  resueltas: 'Todavía no se ha resuelto ninguna alerta.',
} as const;
export const column = {
  video: 'Video',
  what: 'Qué se vio',
  accounts: 'De esos votos',
  when: 'Cuándo',
} as const;
export const kind = {
  network: 'Una misma dirección',
  newborn: 'Cuentas recién creadas',
  unverified: 'Cuentas sin verificar',
} as const;
export const of = (count: number, all: number) =>
  `${votes(count)} de los ${formatNumber(all)} que llegaron en ese rato`;
export const now = (count: number) => `Hoy tiene ${votes(count)}`;
export const accounts = {
  newborn: 'de cuentas recién creadas',
  unverified: 'sin correo verificado',
  gone: 'de cuentas ya eliminadas',
} as const;
export const verdict = {
  dismissed: 'Descartada: sus votos cuentan',
  voided: (id: number) => `Votos anulados (anulación ${formatNumber(id)})`,
};
export const judge = {
  heading: 'Cómo juzgar una alerta',
  fraud: 'Parece fraude cuando…',
  honest: 'Parece honesto cuando…',
  rows: [
    {
      kind: kind.network,
      fraud:
        'casi todos los votos son de cuentas nuevas, sin verificar o ya eliminadas, llegaron en segundos y son casi todo lo que recibió el video.',
      honest:
        'es un colegio, una oficina, un estadio o un operador de celular: cuentas de toda edad, y votan por varios videos.',
    },
    {
      kind: kind.newborn,
      fraud: 'los votos llegan de noche y de golpe, y muchas cuentas ya no existen.',
      honest: 'son amistades que se registran para votar: de eso se trata el torneo.',
    },
    {
      kind: kind.unverified,
      fraud: 'nadie verifica su correo después.',
      honest: 'los correos están demorados.',
    },
  ],
} as const;

export const dismiss = {
  action: 'Descartar',
  title: '¿Descartar esta alerta?',
  happens: ['Sus votos siguen contando.', 'La alerta queda resuelta.'],
  done: 'La alerta está resuelta; sus votos cuentan.',
};
export const voiding = {
  action: 'Anular votos',
  title: '¿Anular estos votos?',
  previewReason: 'Vista previa',
  counting: 'Contando los votos…',
  loses: (count: number, before: number) =>
    `Se anulan ${votes(count)}: el video pasa de ${formatNumber(before)} a ${formatNumber(Math.max(0, before - count))} al instante.`,
  part: 'Son más de los 20.000 que se anulan de una vez: la alerta sigue abierta, y lo repites.',
  voters: 'Quienes los dieron ya no pueden votar por este video.',
  undo: 'Se puede deshacer: los votos se devuelven desde Resueltas.',
  done: (count: number) => `${votes(count)} ${count === 1 ? 'anulado' : 'anulados'}.`,
  more: ' Quedan más: repítelo.',
};
export const restore = {
  action: 'Devolver votos',
  title: '¿Devolver estos votos?',
  happens: ['Los votos que se anularon vuelven a contar al instante.', 'La alerta sigue resuelta.'],
  done: (count: number) => `${votes(count)} ${count === 1 ? 'cuenta' : 'cuentan'} otra vez.`,
};
