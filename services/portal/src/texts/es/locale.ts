/** How numbers and dates are written. */
export const locale = 'es-CO';
/** The contest's, whatever the reader's own. */
export const timeZone = 'America/Bogota';
