import '../art/icon.svg?url';
import '../art/preview.png?url';
import { type ComponentType, h, hydrate } from 'preact';
import { announce } from './announcement.ts';
import { leadBack } from './lead-back.ts';
import { showPostersInstead } from './missing-thumbnails.ts';
import { playOneAtATime } from './player.ts';
import { currentRole, watchRole } from './session.ts';

/** On every page: brings the islands to life, and says who is signed in to the styles. */

/** A phone's link may lose a file. */
const AGAIN_MS = 3000;

const islands = import.meta.glob<ComponentType>('../islands/*.tsx', { import: 'default' });

const mark = () => {
  const role = currentRole();
  if (role) document.documentElement.dataset.session = role;
  else delete document.documentElement.dataset.session;
};
mark();
watchRole(mark);
playOneAtATime();
leadBack();
announce();
showPostersInstead();

for (const place of document.querySelectorAll<HTMLElement>('[data-island]')) {
  const { island: name, props = '{}' } = place.dataset;
  const bring = () =>
    islands[`../islands/${name}.tsx`]?.().then(
      (of) => hydrate(h(of, JSON.parse(props)), place),
      () => void setTimeout(bring, AGAIN_MS),
    );
  bring();
}
