import type { ContestState } from '../../contest-state.ts';

/** What is done with a clip that is ready. */
export const publish = 'Publicar';
export const publishing = 'Publicando…';
export const share = 'Compartir';
export const whatsapp = 'Enviar por WhatsApp';
export const copyLink = 'Copiar enlace';
export const copied = 'Enlace copiado';
/** Where the browser does not let a page copy. */
export const copyByHand = 'Tu navegador no lo copia solo. Copia el enlace de aquí:';

const myGame = 'Este es mi juego en ANB Rising Stars Showcase.';
/** Goes before the link to one's own. */
export const shareText: Readonly<Record<ContestState, string>> = {
  soon: myGame,
  open: `${myGame} ¡Vota por mí!`,
  counting: myGame,
  final: myGame,
};
