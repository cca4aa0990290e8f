export const loading = 'Cargando…';
export const retry = 'Reintentar';
export const signedOut = 'Esta página es solo tuya: entra a tu cuenta para verla.';
export const signIn = 'Entrar';
