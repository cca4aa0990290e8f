export const waiting = {
  heading: 'Te espera',
  failed: (count: number) => (count === 1 ? 'trabajo fallido' : 'trabajos fallidos'),
  reports: (count: number) => (count === 1 ? 'video reportado' : 'videos reportados'),
  pending: (count: number) => (count === 1 ? 'video por aprobar' : 'videos por aprobar'),
  flags: (count: number) => (count === 1 ? 'alerta de votos' : 'alertas de votos'),
};
export const queue = {
  heading: 'En la cancha ahora',
  uploaded: () => 'en cola',
  processing: () => 'procesándose',
};
export const night = 'La noche del torneo';
export const quarters = {
  open: {
    name: '1.er cuarto · Abrir',
    text: 'Pon la ventana de votación, cuántos clasifican por ciudad, la meta y las ciudades.',
    link: 'Ir al torneo',
  },
  watch: {
    name: '2.º cuarto · Vigilar',
    text: 'Resuelve las alertas de votos y los reportes. Un video que no debe estar se oculta; los votos con trampa se anulan.',
    ranking: 'Ver el ranking en vivo',
    votes: 'Ir a los votos',
    reports: 'Ir a los reportes',
  },
  close: {
    name: '3.er cuarto · Cerrar',
    text: 'La votación cierra sola, al milisegundo. Un voto que ya iba en camino y recibe respuesta cuenta. Resuelve las alertas que queden.',
    link: 'Ver la ventana de votación',
  },
  freeze: {
    name: '4.º cuarto · Congelar y publicar',
    text: 'Congela el resultado, publica su suma de comprobación y guarda el archivo.',
    link: 'Ir a los resultados',
  },
} as const;
