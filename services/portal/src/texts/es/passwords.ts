/** Of the page. */
export const forgot = {
  title: 'Recupera tu contraseña',
  description: 'Te enviamos un enlace para crear una contraseña nueva.',
};
export const forgotLead =
  'Escribe el correo de tu cuenta y te enviamos un enlace para crear una contraseña nueva.';
export const forgotAction = 'Enviar el enlace';
export const forgotBusy = 'Enviando…';
export const forgotSent = (email: string) =>
  `Si hay una cuenta con ${email}, el enlace va en camino. Vale una hora y una sola vez.`;
export const forgotMissing =
  'Si no llega en unos minutos, mira en el correo no deseado o revisa que el correo esté bien escrito.';
export const again = 'Probar con otro correo';
/** Of the page. */
export const reset = {
  title: 'Crea una contraseña nueva',
  description: 'Elige la contraseña nueva de tu cuenta.',
};
export const resetLead = 'Al guardarla se cierran todas tus sesiones abiertas.';
export const resetAction = 'Guardar la contraseña';
export const resetBusy = 'Guardando…';
export const resetDone = 'Tu contraseña nueva ya funciona. Entra con ella.';
export const noToken =
  'Para crear una contraseña nueva abre el enlace que llegó a tu correo. Si recargaste esta página, ábrelo otra vez.';
export const askAgain = 'Pedir otro enlace';
