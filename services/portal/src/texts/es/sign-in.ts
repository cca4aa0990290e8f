export const title = 'Entrar';
export const description = 'Entra a tu cuenta de ANB Rising Stars para votar y subir tu video.';
export const lead = 'Vota por los videos que más te gusten y sigue el tuyo.';
export const action = 'Entrar';
export const busy = 'Entrando…';
export const forgot = '¿Olvidaste tu contraseña?';
export const newHere = '¿Todavía no tienes cuenta?';
export const toSignUp = 'Crear cuenta';
/** In the dialog. */
export const choose = 'Crear una cuenta o entrar con la tuya';
export const known = 'Entrar';
export const isNew = 'Crear cuenta';
export const heading = {
  vote: 'Entra para votar',
  report: 'Entra para reportar',
  upload: 'Entra para subir tu video',
  expired: 'Tu sesión terminó',
  page: 'Entra a tu cuenta',
} as const;
export const headingOfNew = {
  vote: 'Crea tu cuenta y vota',
  report: 'Crea tu cuenta y reporta',
  upload: 'Crea tu cuenta y sube tu video',
  expired: heading.expired,
  page: 'Crea tu cuenta',
} as const;
export const reason = {
  vote: 'Así cada persona vota una sola vez por video. Crea tu cuenta o entra, y tu voto queda registrado.',
  report: 'Tu reporte se envía apenas entres.',
  upload: 'La subida empieza apenas entres: tu video y tu título siguen aquí.',
  expired: 'Entra otra vez y sigues donde ibas: no se pierde nada.',
  page: 'Esta página es solo tuya.',
} as const;
