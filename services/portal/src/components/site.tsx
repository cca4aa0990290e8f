import type { ComponentType } from 'preact';
import * as texts from '#texts/site';
import type { Section } from '../page.ts';
import { EnterIcon, PanelIcon, PersonIcon, PlayIcon, TrophyIcon, UploadIcon, WhistleIcon } from './icons.tsx';
import { Mark } from './mark.tsx';

interface Entry {
  section: Section;
  href: string;
  text: string;
  icon: ComponentType;
  /** Whether only those signed in, or only those who are not, or only organisers see it; see client/main.ts. */
  only?: 'in' | 'out' | 'organiser';
}

const entries: readonly Entry[] = [
  { section: 'videos', href: '/videos', text: texts.videos, icon: PlayIcon },
  { section: 'rankings', href: '/rankings', text: texts.rankings, icon: TrophyIcon },
  { section: 'upload', href: '/subir', text: texts.upload, icon: UploadIcon },
  { section: 'dashboard', href: '/panel', text: texts.dashboard, icon: PanelIcon, only: 'in' },
  { section: 'profile', href: '/perfil', text: texts.profile, icon: PersonIcon, only: 'in' },
  { section: 'sign-in', href: '/entrar', text: texts.signIn, icon: EnterIcon, only: 'out' },
  {
    section: 'organisers',
    href: '/organizacion',
    text: texts.organisers,
    icon: WhistleIcon,
    only: 'organiser',
  },
];

/** On a phone the navigation lies at the bottom, below the thumb. */
export function SiteHeader({ section }: { section: Section | undefined }) {
  return (
    <header class="site-header">
      <a class="brand" href="/" {...(section === 'home' && { 'aria-current': 'page' as const })}>
        <Mark />
        <span>{texts.siteName}</span>
      </a>
      <nav class="site-nav" aria-label={texts.navigation}>
        <ul>
          {entries.map(({ section: name, href, text, icon: Icon, only }) => (
            <li key={name} {...(only && { 'data-only': only })}>
              <a href={href} {...(name === section && { 'aria-current': 'page' as const })}>
                <Icon />
                <span>{text}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

export function SiteFooter() {
  return (
    <footer class="site-footer">
      <noscript>
        <p class="notice">{texts.needsScript}</p>
      </noscript>
      <p>{texts.footerAbout}</p>
      <nav aria-label={texts.footerLinks}>
        <ul>
          <li>
            <a href="/terminos">{texts.terms}</a>
          </li>
          <li>
            <a href="/privacidad">{texts.privacy}</a>
          </li>
        </ul>
      </nav>
    </footer>
  );
}
