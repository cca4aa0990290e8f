import type { Page } from '../page.ts';
export const termsPage = (): Page => ({
  title: 'Términos',
  description: '',
  canonical: '/terminos',
  body: <h1>Términos</h1>,
});
export const privacyPage = (): Page => ({
  title: 'Privacidad',
  description: '',
  canonical: '/privacidad',
  body: <h1>Privacidad</h1>,
});
