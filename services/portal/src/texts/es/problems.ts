/** What the API's refusals mean to a person, by their code. */
export const problems: Readonly<Record<string, string>> = {
  invalid_input: 'Revisa los datos: hay algo que corregir.',
  invalid_credentials: 'El correo o la contraseña no son correctos.',
  email_taken: 'Ya hay una cuenta con este correo. Entra con ella o recupera tu contraseña.',
  passwords_differ: 'Las dos contraseñas no son iguales.',
  wrong_password: 'La contraseña no es correcta.',
  wrong_code: 'Ese no es el código. Míralo otra vez en el correo más reciente.',
  code_expired: 'El código se venció. Pide otro.',
  already_verified: 'Tu correo ya estaba verificado.',
  invalid_reset_token: 'El enlace ya se usó o se venció. Pide uno nuevo.',
  already_voted: 'Ya has votado por este video.',
  own_video: 'No puedes votar por tu propio video.',
  voting_closed: 'La votación no está abierta.',
  open_for_voting: 'El video está abierto a votación: primero hazlo privado.',
  email_unverified: 'Verifica tu correo para poder votar.',
  video_not_found: 'Este video ya no está disponible.',
  not_your_video: 'Este video es de otra persona.',
  not_failed: 'Este video no ha fallado.',
  title_changed: 'El título cambió mientras tanto. Míralo otra vez.',
  parts_missing: 'Faltan partes del archivo. Reanuda la subida.',
  too_many_videos: 'Ya tienes todos los videos que caben en una cuenta. Elimina uno para subir otro.',
  too_many_uploads: 'Tienes muchas subidas a medias. Termina o descarta una para empezar otra.',
  size_differs: 'El archivo no llegó completo. Súbelo otra vez.',
  upload_not_found: 'Esta subida ya no existe. Empieza otra.',
  upload_expired: 'Esta subida caducó. Empieza otra.',
  too_large: 'El archivo es demasiado grande.',
  not_a_video: 'El archivo no es un video MP4 o MOV.',
  truncated_body: 'El archivo llegó incompleto. Inténtalo otra vez.',
  too_slow: 'La conexión es muy lenta. Inténtalo con una mejor.',
  organisers_only: 'Esto es solo para quienes organizan el torneo.',
  unauthorized: 'Tu sesión terminó. Entra otra vez.',
  challenge_required: 'No pudimos comprobar que eres una persona. Inténtalo otra vez.',
  challenge_failed: 'No pudimos comprobar que eres una persona. Inténtalo otra vez.',
};
export const tooOften = (seconds: number) => `Vas muy rápido. Inténtalo otra vez en ${wait(seconds)}.`;
function wait(seconds: number): string {
  if (seconds <= 1) return 'un segundo';
  return seconds < 90 ? `${seconds} segundos` : `${Math.ceil(seconds / 60)} minutos`;
}
export const notSignedIn = 'Para seguir, entra a tu cuenta.';
export const away = 'El servicio está ocupado. Inténtalo otra vez en un momento.';
export const offline = 'Parece que no tienes conexión. Revísala e inténtalo otra vez.';
export const unknown = (requestId: string | undefined) =>
  `Algo salió mal. Inténtalo más tarde.${requestId ? ` (Referencia: ${requestId})` : ''}`;
export const retry = 'Reintentar';
