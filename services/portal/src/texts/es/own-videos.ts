import { formatNumber } from '../../format.ts';

export const title = 'Mis videos';
export const loading = 'Cargando tus videos';
export const none = 'Aquí va tu primera jugada';
export const noneHint =
  'Graba 30 segundos con tu mejor juego y súbelos desde el celular. En minutos tienes tu clip del torneo, listo para compartir.';
export const first = 'Subir mi primer video';
export const upload = 'Subir otro video';
export const signedOut = 'Entra a tu cuenta para ver tus videos.';
export const signIn = 'Entrar';
export const notLoaded = 'No pudimos cargar tus videos.';

export const states = {
  uploaded: 'En cola',
  processing: (percent: number) => `Procesando ${formatNumber(percent)} %`,
  open: 'En votación',
  /** While votes do not count. */
  public: 'Público',
  private: 'Privado',
  pending: 'En revisión',
  hidden: 'Oculto por la organización',
  failed: 'Falló',
};
export const pendingHint = 'La organización lo revisa antes de publicarlo.';
export const hiddenHint = 'La organización lo ocultó. Sus votos se conservan.';
export const uploadedOn = (date: string) => `Subido el ${date}`;
export const watch = 'Ver';
export const withdraw = 'Hacer privado';
export const retitle = 'Cambiar título';
export const newTitle = 'Nuevo título';
export const save = 'Guardar';
export const cancel = 'Cancelar';
export const retry = 'Reintentar';
export const retrying = 'Enviando…';
export const remove = 'Eliminar';
export const removeQuestion = '¿Eliminar este video?';
export const removeText = (name: string) =>
  `«${name}» y sus votos se van para siempre. Esto no se puede deshacer.`;
export const removeOpen = 'Es público. Primero hazlo privado: sale del ranking, y ya lo puedes eliminar.';
export const removeYes = 'Sí, eliminar';
export const said = {
  published: (name: string) => `«${name}» ya es público.`,
  willBePublished: (name: string) => `«${name}» será público.`,
  withdrawn: (name: string) => `«${name}» ahora es privado.`,
  retitled: 'Título guardado.',
  retried: (name: string) => `«${name}» vuelve a la cola.`,
  progress: (name: string, state: string) => `«${name}»: ${state}.`,
  removed: (name: string) => `«${name}» fue eliminado.`,
};
