export const notFound = 'Balón fuera: esta página no existe';
export const notFoundText = 'El enlace está incompleto, o el video ya no está publicado.';
export const unavailable = 'Tiempo fuera';
export const unavailableText =
  'Estamos con mucha gente o en mantenimiento. Inténtalo otra vez en un momento.';
export const failed = 'Se nos fue el balón';
export const failedText = 'Algo salió mal de nuestro lado. Inténtalo más tarde.';
export const reference = (id: string) => `Referencia: ${id}`;
export const retry = 'Reintentar';
export const toHome = 'Ir al inicio';
export const toVideos = 'Ver los videos';
