import * as texts from '#texts/renewal';
import { showAnnouncement } from './announcement-bar.tsx';

/** What could not be loaded, in the browser's words. */
const missed = new Set<string>();
let isOffered = false;

/**
 * A page that was open while a new version was put in place asks for files that are gone. What fails twice has the page
 * loaded anew; by itself never twice in a row, and only where nobody loses anything by it.
 */
export function renewOutdatedPages(): void {
  addEventListener('vite:preloadError', ({ payload: { message } }) => {
    if (missed.has(message)) void renew();
    missed.add(message);
  });
}

async function renew(): Promise<void> {
  if (isOffered) return;
  // Without a network what stands here is more than what would come.
  if (!(await isThere())) return;
  if (!wasReloaded() && !isInUse()) return location.reload();
  isOffered = true;
  const way = { text: texts.reload, to: () => location.reload() };
  showAnnouncement({ text: texts.outdated, way, isBad: true });
}

const isThere = () =>
  fetch(location.href, { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );

const wasReloaded = () =>
  performance.getEntriesByType('navigation').some((entry) => 'type' in entry && entry.type === 'reload');

/** Whether something was typed, or is open or played. */
function isInUse(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement>('input, textarea');
  return (
    [...fields].some(
      ({ value, defaultValue, checked, defaultChecked }) =>
        value !== defaultValue || checked !== defaultChecked,
    ) ||
    document.querySelector('dialog[open]') !== null ||
    [...document.querySelectorAll('video')].some(({ paused }) => !paused)
  );
}
