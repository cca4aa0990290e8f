import { formatNumber } from '../../format.ts';

export const views = 'Qué videos';
export const view = {
  reportados: 'Reportados',
  revision: 'Por aprobar',
  ocultos: 'Ocultos',
} as const;
export const explained = {
  reportados:
    'Lo que el público reporta, lo más reportado primero. Ocultar o dejar un video resuelve sus reportes.',
  revision: 'Esperan a que alguien de la organización los apruebe u oculte; el más antiguo primero.',
  ocultos: 'Fuera de la votación por decisión de la organización.',
} as const;
export const empty = {
  reportados: 'No hay reportes por resolver.',
  revision: 'Ningún video espera aprobación.',
  ocultos: 'No hay videos ocultos.',
} as const;
export const column = {
  video: 'Video',
  reasons: 'Motivos',
  state: 'Estado',
  when: { reportados: 'Último reporte', revision: 'Subido', ocultos: 'Subido' },
} as const;
export const reports = (count: number) => (count === 1 ? '1 reporte' : `${formatNumber(count)} reportes`);
export const more = (count: number) => (count === 1 ? 'y 1 más' : `y ${formatNumber(count)} más`);
export const find = {
  label: 'Abrir un video',
  hint: 'Pega el enlace de su página.',
  action: 'Abrir',
  wrong: 'Ahí no hay un enlace de un video.',
};
