/** Every page of the portal, and who can see it. */
export interface PortalPage {
  name: string;
  path: string;
  /** Everybody when left out. */
  as?: 'player' | 'organiser';
}

/** @param videoId of one that is open for voting */
export const portalPages = (videoId: string): PortalPage[] => [
  { name: 'home', path: '/' },
  { name: 'videos', path: '/videos' },
  { name: 'no-videos', path: '/videos?q=nadie' },
  { name: 'video', path: `/videos/${videoId}` },
  { name: 'rankings', path: '/rankings' },
  { name: 'rankings-city', path: '/rankings?ciudad=Bogot%C3%A1' },
  { name: 'rankings-empty', path: '/rankings?ciudad=Leticia' },
  { name: 'sign-in', path: '/entrar' },
  { name: 'sign-up', path: '/registrarse' },
  { name: 'forgot', path: '/olvide' },
  { name: 'reset', path: '/restablecer#token=x' },
  { name: 'terms', path: '/terminos' },
  { name: 'privacy', path: '/privacidad' },
  { name: 'components', path: '/_componentes' },
  { name: 'verify', path: '/verificar', as: 'player' },
  { name: 'dashboard', path: '/panel', as: 'player' },
  { name: 'upload', path: '/subir', as: 'player' },
  { name: 'profile', path: '/perfil', as: 'player' },
  { name: 'organisers', path: '/organizacion', as: 'organiser' },
  { name: 'organisers-jobs', path: '/organizacion/trabajos', as: 'organiser' },
  { name: 'organisers-reports', path: '/organizacion/reportes', as: 'organiser' },
  { name: 'organisers-contest', path: '/organizacion/torneo', as: 'organiser' },
  { name: 'organisers-votes', path: '/organizacion/votos', as: 'organiser' },
  { name: 'organisers-results', path: '/organizacion/resultados', as: 'organiser' },
];
