export const language = 'es';
export const siteName = 'ANB Rising Stars';
export const previewAlt = 'ANB Rising Stars Showcase: sube tu video, recibe votos y llega a la final';
export const skip = 'Saltar al contenido';
export const navigation = 'Navegación principal';
export const home = 'Inicio';
export const videos = 'Videos';
export const rankings = 'Rankings';
export const upload = 'Subir';
export const dashboard = 'Panel';
export const profile = 'Perfil';
export const organisers = 'Organización';
export const signIn = 'Entrar';
export const footerAbout =
  'El torneo que descubre a las próximas estrellas del baloncesto aficionado: las elige el público, ciudad por ciudad.';
export const terms = 'Términos';
export const privacy = 'Privacidad';
export const footerLinks = 'Sobre el sitio';
export const needsScript =
  'Tu navegador no ejecuta JavaScript. Puedes ver los videos y los rankings; para votar, subir o entrar a tu cuenta, actívalo.';
