export const title = 'Crear cuenta';
export const description =
  'Crea tu cuenta en ANB Rising Stars: sube tu video de 30 segundos y vota por los que más te gusten.';
export const lead = 'Con ella subes tu video y votas. Es gratis.';
export const action = 'Crear cuenta';
export const busy = 'Creando tu cuenta…';
export const known = '¿Ya tienes cuenta?';
export const toSignIn = 'Entrar';
export const minor = 'Soy menor de 18 años';
export const guardianName = 'Nombre completo de tu representante legal';
export const guardianHint = 'Tu mamá, tu papá o quien responde por ti.';
export const guardianConsents =
  'Mi representante legal está conmigo, leyó los términos y autoriza que participe y que se traten mis datos.';
/** Words and links in turn. */
export const accepts = {
  before: 'Acepto los ',
  terms: 'términos',
  between: ' y la ',
  privacy: 'política de datos',
  after: '.',
};
export const created = (email: string) =>
  `¡Listo, tu cuenta está creada! Te enviamos un código a ${email} para verificar tu correo.`;
export const toCode = 'Escribir el código';
