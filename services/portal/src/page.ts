import type { VNode } from 'preact';

/** What a page says of itself, and what it shows. */
export interface Page {
  /** Without the site's name. */
  title: string;
  description: string;
  /** Its one address, path and query, for search engines; those that are not for them have none. */
  canonical?: string;
  /** How chats and social networks preview it, where it is not by the site's own picture. */
  preview?: { image: string; width: number; height: number; video?: string; alt: string };
  /** Which entry of the navigation stands for it. */
  section?: Section;
  body: VNode;
}

export type Section =
  | 'home'
  | 'videos'
  | 'rankings'
  | 'upload'
  | 'dashboard'
  | 'profile'
  | 'organisers'
  | 'sign-in';
