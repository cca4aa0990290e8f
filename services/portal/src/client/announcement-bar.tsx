import { render } from 'preact';
import { close } from '#texts/dialog';
import { CheckIcon } from '../components/icons.tsx';
import type { Announcement } from './announcement.ts';

/** Over the page, so that nothing moves. */
export function showAnnouncement({ text, href, link }: Announcement): void {
  const place = document.createElement('div');
  place.className = 'announcement';
  place.setAttribute('role', 'status');
  document.body.append(place);
  const remove = () => place.remove();
  const content = (
    <>
      <CheckIcon />
      <p class="written">
        {text} <a href={href}>{link}</a>
      </p>
      <button type="button" class="dialog-close" aria-label={close} onClick={remove}>
        ×
      </button>
    </>
  );
  // A place that comes with its words is not read out.
  requestAnimationFrame(() => render(content, place));
}
