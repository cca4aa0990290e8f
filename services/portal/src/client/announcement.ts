/** What the next page is to say, once: that an account has been made, say. */
export interface Announcement {
  text: string;
  /** Where to do something about it. */
  href: string;
  link: string;
}

const KEPT = 'anb.announcement';

export function tellNext(announcement: Announcement): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(announcement));
  } catch {}
}

export async function announce(): Promise<void> {
  const announcement = take();
  if (!announcement) return;
  const { showAnnouncement } = await import('./announcement-bar.tsx');
  showAnnouncement(announcement);
}

function take(): Announcement | null {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return JSON.parse(kept ?? 'null');
  } catch {
    return null;
  }
}
