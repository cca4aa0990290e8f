/** What forms share: fields, what is wrong with them, passwords. */
export const firstName = 'Nombre';
export const lastName = 'Apellido';
export const city = 'Ciudad';
export const cityHint = 'Elige una de la lista o escribe la tuya.';
export const country = 'País';
export const countryPreset = 'Colombia';
export const changeCountry = 'Cambiar de país';
export const email = 'Correo electrónico';
export const password = 'Contraseña';
export const newPassword = 'Contraseña nueva';
export const repeatPassword = 'Repite la contraseña';
export const currentPassword = 'Contraseña actual';
export const show = 'Mostrar';
export const hide = 'Ocultar';
export const code = 'Código de seis dígitos';

/** By the API's name of the field: whatever is wrong with it, this puts it right. */
export const wrong: Readonly<Record<string, string>> = {
  first_name: 'Escribe tu nombre, de 2 a 50 letras.',
  last_name: 'Escribe tu apellido, de 2 a 50 letras.',
  city: 'Escribe tu ciudad, de 2 a 50 letras.',
  country: 'Escribe tu país, de 2 a 50 letras.',
  email: 'Escribe un correo como nombre@ejemplo.com.',
  password: 'Escribe tu contraseña.',
  current: 'Escribe tu contraseña actual.',
  password1: 'Es una de las más usadas, o es tu nombre o tu correo. Elige otra.',
  password2: 'Las dos contraseñas no son iguales.',
  code: 'Escribe los seis dígitos del código.',
  guardian_name: 'Escribe el nombre de tu representante, de 2 a 100 letras.',
  guardian_consents: 'Sin su autorización no puedes participar.',
  accepts_terms: 'Para crear la cuenta hay que aceptar los términos.',
};
export const wrongLength = 'Usa de 8 a 128 caracteres.';

export const rules = 'Tu contraseña';
export const rule = {
  length: 'tiene de 8 a 128 caracteres',
  personal: 'no es tu nombre ni tu correo',
  common: 'no es de las más usadas: eso lo revisamos al enviar',
};
export const ruleKept = 'cumple';
export const ruleOpen = 'falta';
export const strengths = ['', 'Muy fácil de adivinar', 'Débil', 'Buena', 'Muy buena'] as const;
export const strength = (name: string) => `Seguridad: ${name.toLowerCase()}`;
