export const organisation = 'Organización';
export const description = 'Para quienes organizan el torneo.';
export const sections = 'Secciones de la organización';
export const section = {
  overview: 'Resumen',
  jobs: 'Trabajos',
  reports: 'Reportes',
  contest: 'Torneo',
  votes: 'Votos',
  results: 'Resultados',
} as const;
export const loading = 'Cargando';
export const onlyOrganisers = 'Solo para la organización';
export const onlyOrganisersText =
  'Tu cuenta no tiene permiso para ver esto. Si eres parte de la organización, pide que te lo den y vuelve a entrar.';
export const signInFirst = 'Entra con tu cuenta de la organización';
export const sessionEnded = 'Tu sesión terminó. Entra otra vez para seguir donde ibas.';
export const signIn = 'Entrar';
export const stale = (problem: string, since: string) => `${problem} (Ves lo de las ${since})`;
export const gone = 'cuenta eliminada';
export const by = (name: string | undefined) => name ?? gone;
export const untitled = 'Video eliminado';
/** Its own direction, whatever it is made of. */
export const quoted = (title: string) => `«\u2068${title}\u2069»`;
export const cancel = 'Cancelar';
export const working = 'Un momento…';
export const happens = 'Qué va a pasar:';
export const reason = 'Por qué';
export const reasonHint = 'Queda en el registro, con tu cuenta y la hora. De 5 a 500 caracteres.';
export const reasonTooShort = 'Escribe por qué: al menos 5 caracteres.';
export const watch = 'Video';
export const actions = 'Acciones';
