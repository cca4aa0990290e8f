const OTHER_REASON = 'No pudimos procesar el video después de varios intentos. Inténtalo con otro archivo.';

/** Failure codes of the transcoder, worded for the player. */
const failureReasons: Record<string, string> = {
  not_a_video: 'El archivo no es un video MP4 o MOV.',
  unreadable: 'El video está dañado o incompleto. Vuelve a grabarlo o expórtalo de nuevo.',
  unsupported_codec:
    'El video usa un formato de imagen o de sonido que no aceptamos. Expórtalo como MP4 (H.264) y vuelve a subirlo.',
  no_picture: 'El archivo no tiene imagen, solo sonido u otros datos.',
  too_short: 'El video es demasiado corto. Sube uno de al menos medio segundo.',
  too_large_picture: 'La resolución del video es demasiado grande. El máximo es 8K.',
  too_many_streams: 'El archivo tiene demasiadas pistas. Expórtalo solo con el video y el sonido.',
  too_many_frames:
    'El video tiene demasiados cuadros por segundo. Expórtalo a 60 cuadros por segundo o menos y vuelve a subirlo.',
  too_demanding:
    'El video exige demasiado para procesarlo. Expórtalo en 1080p a 30 cuadros por segundo y vuelve a subirlo.',
  original_missing: 'El archivo que subiste ya no está. Vuelve a subirlo.',
  took_too_long: 'El video tarda demasiado en procesarse. Prueba con uno más corto o de menor resolución.',
  unavailable: 'No pudimos procesar el video por un problema nuestro. Vuelve a subirlo más tarde.',
  owner_gone: 'La cuenta de quien subió el video ya no existe.',
  worker_died:
    'El video interrumpió varias veces su procesamiento. Expórtalo de nuevo o inténtalo con otro archivo.',
  processing_failed: OTHER_REASON,
};

/** In Spanish, as the player reads it. */
export const failureReason = (code: string): string => failureReasons[code] ?? OTHER_REASON;
