import { formatNumber } from '../../format.ts';
import { videos as countedVideos } from './counts.ts';

export const views = 'Quiénes';
export const view = { clasifican: 'Clasifican', todos: 'Todos' } as const;
export const versions = 'Versión';
export const latest = 'La última';
export const version = (number: number) => `Versión ${formatNumber(number)}`;
export const provisional = {
  heading: 'Provisional',
  text: 'Así va ahora; nada está congelado todavía.',
};
export const frozen = {
  heading: (version: number) => `Resultado congelado, versión ${formatNumber(version)}`,
  at: (when: string) => `Congelado el ${when}`,
  publish:
    'Publica esta suma ya, donde se vea cuándo: desde entonces nadie puede cambiar el resultado sin que se note.',
  now: 'Lo que diría la siguiente versión está en el ranking público.',
};
export const checksum = 'Suma de comprobación (SHA-256 del archivo CSV)';
export const copy = 'Copiar la suma';
export const copied = 'Suma copiada.';
export const videos = countedVideos;
export const blanked = (count: number) =>
  count === 1
    ? '1 fila está sin nombre ni título: su cuenta se eliminó. Solo los archivos guardados antes dan esta suma.'
    : `${formatNumber(count)} filas están sin nombre ni título: sus cuentas se eliminaron. Solo los archivos guardados antes dan esta suma.`;
export const rules = (contest: string, edition: string, finalists: number) =>
  `${contest} · ${edition} · ${finalists === 1 ? 'clasifica 1' : `clasifican ${formatNumber(finalists)}`} por ciudad`;
export const column = {
  place: 'Puesto',
  cityPlace: 'En su ciudad',
  player: 'De',
  video: 'Video',
  city: 'Ciudad',
  votes: 'Votos',
} as const;
export const qualifies = 'Clasifica';
export const empty = {
  clasifican: 'Todavía no clasifica nadie.',
  todos: 'No hay videos en votación.',
} as const;
export const download = { csv: 'Descargar CSV', json: 'Descargar JSON' } as const;
export const downloading = 'Descargando…';
export const downloaded = {
  matches: (name: string) => `${name}: descargado. Su suma es la publicada.`,
  differs: (name: string) =>
    `${name}: descargado, pero su suma NO es la publicada (hay filas sin nombre, o el archivo cambió en el camino).`,
  unchecked: (name: string) => `${name}: descargado.`,
};
export const keepFile =
  'Guarda el CSV: si alguien elimina su cuenta, su nombre y su título salen de lo que está guardado aquí. En Excel, ábrelo con Datos › Desde texto/CSV: lleva comas entre las celdas.';
export const reload = 'Actualizar';
export const asOf = (clock: string) => `A las ${clock}`;
export const freeze = {
  heading: 'Congelar',
  text: 'Cuenta los votos uno por uno y guarda puestos, nombres, títulos, ciudades, votos y reglas como una versión nueva, para siempre.',
  whileOpen: 'Se puede congelar cuando la votación haya cerrado.',
  toContest: 'Ir al torneo',
  openFlags: (count: number) =>
    count === 1
      ? 'Hay 1 alerta de votos por resolver. Resuélvela antes de congelar.'
      : `Hay ${formatNumber(count)} alertas de votos por resolver. Resuélvelas antes de congelar.`,
  toFlags: 'Ir a los votos',
  action: 'Congelar el resultado',
  title: '¿Congelar el resultado?',
  happens: [
    'Se cuentan los votos uno por uno y el resultado queda guardado como una versión que ya nadie puede cambiar ni borrar.',
    'La votación de esta edición no se puede volver a abrir.',
    'Si después anulas votos, puedes congelar otra vez: sale otra versión, junto a esta.',
    'Si nada cambió desde la última versión, no se hace otra.',
  ],
  done: (version: number, videos: number) =>
    `Congelado: versión ${formatNumber(version)}, ${countedVideos(videos)}.`,
  perhaps:
    'No llegó respuesta; puede que siga en marcha. Cierra esto y actualiza: si la versión nueva está, ya quedó.',
};
