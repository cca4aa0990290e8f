import { render } from 'preact';
import { close } from '#texts/dialog';
import { AlertIcon, CheckIcon } from '../components/icons.tsx';
import type { Announcement } from './announcement.ts';

/** Over the page, so that nothing moves. */
export function showAnnouncement({ text, way, isBad }: Announcement): void {
  const place = document.createElement('div');
  place.className = `announcement${isBad ? ' announcement-bad' : ''}`;
  place.setAttribute('role', 'status');
  document.body.append(place);
  const remove = () => place.remove();
  const content = (
    <>
      {isBad ? <AlertIcon /> : <CheckIcon />}
      <p class="written">
        {text} {way && <Way {...way} />}
      </p>
      <button type="button" class="dialog-close" aria-label={close} onClick={remove}>
        ×
      </button>
    </>
  );
  // A place that comes with its words is not read out.
  requestAnimationFrame(() => render(content, place));
}

function Way({ text, to }: NonNullable<Announcement['way']>) {
  if (typeof to === 'string') return <a href={to}>{text}</a>;
  return (
    <button type="button" class="link" onClick={to}>
      {text}
    </button>
  );
}
