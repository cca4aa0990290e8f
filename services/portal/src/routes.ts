import type { Page } from './page.ts';
import {
  forgotPage,
  profilePage,
  resetPage,
  signInPage,
  signUpPage,
  verificationPage,
} from './pages/accounts.tsx';
import { componentsPage } from './pages/components.tsx';
import { dashboardPage } from './pages/dashboard.tsx';
import { homePage } from './pages/home.tsx';
import { privacyPage, termsPage } from './pages/legal.tsx';
import { organiserRoutes } from './pages/organisers.tsx';
import { rankingsPage } from './pages/rankings.tsx';
import { uploadPage } from './pages/upload.tsx';
import { videoPage } from './pages/video.tsx';
import { videosPage } from './pages/videos.tsx';
import type { Upstream } from './upstream.ts';

export interface PageRoute {
  path: string;
  /** Names of the query that the page depends on; all others, as campaigns add them, are not looked at. */
  query?: readonly string[];
  /** null: there is no such page. @param asked the query's and the path's values */
  page: (asked: Asked) => Page | null | Promise<Page | null>;
}

/** What an address asks for, by name. */
export type Asked = Readonly<Record<string, string | undefined>>;

interface Options {
  upstream: Upstream;
  publicUrl: string;
  maxUploadMegabytes: number;
  contact?: string | undefined;
  showsComponents?: boolean;
}

/** All pages. They are the same for everybody: what is a person's own, their browser asks for. */
export function pageRoutes({
  upstream,
  publicUrl,
  maxUploadMegabytes,
  contact,
  showsComponents,
}: Options): PageRoute[] {
  return [
    { path: '/', page: () => homePage(upstream) },
    {
      path: '/videos',
      query: ['ciudad', 'q', 'orden', 'semilla', 'pagina'],
      page: (asked) => videosPage(upstream, asked),
    },
    { path: '/videos/:id', page: ({ id = '' }) => videoPage(upstream, id, publicUrl) },
    { path: '/rankings', query: ['ciudad', 'pagina'], page: (asked) => rankingsPage(upstream, asked) },
    { path: '/entrar', page: signInPage },
    { path: '/registrarse', page: signUpPage },
    { path: '/verificar', page: verificationPage },
    { path: '/olvide', page: forgotPage },
    { path: '/restablecer', page: resetPage },
    { path: '/perfil', page: profilePage },
    { path: '/terminos', page: () => termsPage(contact) },
    { path: '/privacidad', page: () => privacyPage(contact) },
    {
      path: '/subir',
      query: ['video', 'continuar'],
      page: (asked) => uploadPage(upstream, asked, maxUploadMegabytes),
    },
    { path: '/panel', page: () => dashboardPage(upstream) },
    ...organiserRoutes(),
    ...(showsComponents ? [{ path: '/_componentes', page: () => componentsPage() }] : []),
  ];
}
