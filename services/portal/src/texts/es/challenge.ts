export const title = 'Comprueba que eres una persona';
export const lead = 'Un momento: así cuidamos que los votos sean de personas.';
export const failed = 'La comprobación no cargó. Revisa tu conexión, o si algo la bloquea en tu navegador.';
