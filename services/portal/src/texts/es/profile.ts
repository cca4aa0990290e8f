export const title = 'Tu perfil';
export const description = 'Tus datos, tu contraseña y tu cuenta.';

export const details = 'Mis datos';
export const detailsHint =
  'Tu nombre y tu ciudad salen junto a tus videos. Un video ya publicado sigue en la ciudad con la que se publicó.';
export const email = 'Correo';
export const emailHint = 'No se puede cambiar.';
export const verified = 'Verificado';
export const unverified = 'Sin verificar';
export const verify = 'Verificar mi correo';
export const save = 'Guardar cambios';
export const saving = 'Guardando…';
export const saved = 'Cambios guardados.';
export const since = (date: string) => `Tienes cuenta desde el ${date}.`;

export const password = 'Contraseña';
export const passwordHint = 'Al cambiarla se cierran tus sesiones en los demás dispositivos.';
export const changePassword = 'Cambiar contraseña';
export const changing = 'Cambiando…';
export const passwordChanged = 'Contraseña cambiada. Cerramos tus demás sesiones.';

export const sessions = 'Sesiones';
export const signOut = 'Cerrar sesión';
export const signOutAll = 'Cerrar todas mis sesiones';
export const signingOut = 'Cerrando…';
export const signedOutHere =
  'Cerraste sesión en este navegador. No hubo conexión para avisarle al servidor: lo hacemos apenas vuelva.';
export const signOutAllHint = '«Todas» son también las de tus demás dispositivos.';

export const data = 'Mis datos personales';
export const dataText =
  'Descarga todo lo que guardamos de ti, en un archivo JSON: cuenta, sesiones, videos, votos y más.';
export const download = 'Descargar mis datos';
export const downloading = 'Preparando…';
export const downloaded = 'Descarga lista.';
export const fileName = 'anb-rising-stars-mis-datos.json';

export const deleteOpen = 'Eliminar mi cuenta…';
export const deleteTitle = '¿Eliminar tu cuenta?';
export const deleteGoes = 'Se van ahora mismo';
export const deleteGoesList = [
  'tu nombre, tu ciudad y tu país; tu correo, en cuanto te confirmamos con él que la cuenta ya no está',
  'todas tus sesiones',
  'tus videos, también los que están en votación; los archivos, en menos de un minuto, y los que están en proceso, en menos de una hora',
] as const;
export const deleteStays = 'Se queda, sin tu nombre';
export const deleteStaysList = [
  'los votos que diste, bajo un número',
  'tu lugar, tu ciudad y tus votos en los resultados ya cerrados',
  'cuándo aceptaste los términos',
  'durante un año, una huella de tu correo, para que nadie vote dos veces',
] as const;
export const deleteFinal = 'No se puede deshacer.';
export const deleteAction = 'Eliminar para siempre';
export const deleting = 'Eliminando…';
export const keepAccount = 'Conservar mi cuenta';
export const deletedTitle = 'Tu cuenta está eliminada';
export const deletedText =
  'Gracias por jugar. Tus videos ya no se ven, y sus archivos se borran en menos de una hora.';
export const toHome = 'Ir al inicio';
