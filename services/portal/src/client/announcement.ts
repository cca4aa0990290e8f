import { showAnnouncement } from './announcement-bar.tsx';
import { ofTab } from './storage.ts';

export interface Announcement {
  text: string;
  /** Where, or how, to do something about it. */
  way?: { text: string; to: string | (() => void) };
  isBad?: boolean;
}

const KEPT = 'anb.announcement';

/** The next page says it, once: that an account has been made, say. */
export const tellNext = (announcement: Announcement & { way?: { to: string } }) =>
  ofTab.write(KEPT, JSON.stringify(announcement));

export function announce(): void {
  const kept = ofTab.read(KEPT);
  if (!kept) return;
  ofTab.drop(KEPT);
  showAnnouncement(JSON.parse(kept));
}
