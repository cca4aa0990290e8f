import { posterOf } from '../thumbnail.ts';

/** Older videos have no thumbnail; their poster is shown. */
export function showPostersInstead(): void {
  document.addEventListener('error', ({ target }) => replace(target), { capture: true });
  // Those that failed before anybody listened.
  for (const image of document.images) if (image.complete && image.naturalWidth === 0) replace(image);
}

function replace(target: EventTarget | null): void {
  if (!(target instanceof HTMLImageElement)) return;
  const poster = posterOf(target.src);
  if (poster !== target.src) target.src = poster;
}
