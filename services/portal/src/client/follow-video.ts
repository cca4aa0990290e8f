import { rest } from './rest.ts';
import { open } from './session.ts';
import { type WatchOptions, watchVideo } from './watch-video.ts';

/** As the person who is signed in. @throws Refusal, NotSignedIn */
export const followVideo = (videoId: string, options: WatchOptions) =>
  watchVideo({ open, rest }, videoId, options);
