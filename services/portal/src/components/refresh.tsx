import { refresh } from '#texts/contest';

/** Where the rest of a page says what was so when it was made. */
export const Refresh = () => (
  <button type="button" class="button button-small button-plain" onClick={() => location.reload()}>
    {refresh}
  </button>
);
