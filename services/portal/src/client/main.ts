import '../art/icon.svg?url';
import '../art/preview.png?url';
import { type ComponentType, h, hydrate } from 'preact';
import { announce } from './announcement.ts';
import { BeginAnew } from './begin-anew.tsx';
import { leadBack } from './lead-back.ts';
import { showPostersInstead } from './missing-thumbnails.ts';
import { currentRole, hearOtherTabs, watchRole } from './person.ts';
import { playOneAtATime } from './player.ts';
import { renewOutdatedPages } from './renewal.ts';
import { leaveAtLast } from './session.ts';

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
hearOtherTabs();
void leaveAtLast();
addEventListener('online', leaveAtLast);
playOneAtATime();
leadBack();
announce();
showPostersInstead();
renewOutdatedPages();
// What was chosen on the way out is not what a page shows that is come back to.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) document.querySelector<HTMLFormElement>('search form')?.reset();
});

function bring(name: string | undefined, places: readonly HTMLElement[]): void {
  islands[`../islands/${name}.tsx`]?.().then(
    (of) => {
      for (const place of places)
        hydrate(h(BeginAnew, { of, props: JSON.parse(place.dataset.props ?? '{}') }), place);
    },
    () => void setTimeout(() => bring(name, places), AGAIN_MS),
  );
}

const places = [...document.querySelectorAll<HTMLElement>('[data-island]')];
for (const name of new Set(places.map(({ dataset }) => dataset.island)))
  bring(
    name,
    places.filter(({ dataset }) => dataset.island === name),
  );
