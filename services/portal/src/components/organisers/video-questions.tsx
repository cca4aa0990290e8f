import type { Job } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-videos';
import { by } from '#texts/organisers';
import { call } from '../../client/session.ts';
import type { Question } from './confirm.tsx';

/** What is known of a video wherever organisers meet it. */
export type Judged = Pick<
  Job,
  'video_id' | 'title' | 'open' | 'hidden' | 'user_first_name' | 'user_last_name'
> & { is_public?: boolean; review?: Job['review']; reports: number };

export const nameOf = ({
  user_first_name,
  user_last_name,
}: Pick<Job, 'user_first_name' | 'user_last_name'>) =>
  user_first_name === undefined ? undefined : `${user_first_name} ${user_last_name}`;

export function askToHide(video: Judged): Question {
  const { hide } = texts;
  return {
    ...common(video, 'hide', hide),
    isDangerous: true,
    happens: [
      video.open ? hide.isOpen : hide.isNotOpen,
      hide.keeps,
      ...(video.reports > 0 ? [hide.settles(video.reports)] : []),
    ],
  };
}

/** Back where it was, for the first time, or where it is. */
export function askToShow(video: Judged): Question {
  const [words, sentence] = showing(video);
  return {
    ...common(video, 'show', words),
    happens: [sentence, ...(video.reports > 0 ? [texts.hide.settles(video.reports)] : [])],
  };
}

function showing({ open, hidden, is_public, review }: Judged) {
  if (hidden) {
    return [texts.show, is_public === false ? texts.show.staysPrivate : texts.show.opens] as const;
  }
  if (review === 'pending') return [texts.approve, texts.approve.opens] as const;
  return [texts.keep, open ? texts.keep.stays : texts.show.staysPrivate] as const;
}

export const wordsToShow = (video: Judged) => showing(video)[0].action;

interface Words {
  action: string;
  title: string;
  done: (title: string) => string;
}

/** For the title that was read: another one has to be looked at again. */
const common = (video: Judged, verb: 'hide' | 'show', { action, title, done }: Words) => ({
  title,
  action,
  subject: (
    <>
      <b>{video.title}</b>
      <br />
      <span class="soft">{by(nameOf(video))}</span>
    </>
  ),
  act: async () => {
    const seen = new URLSearchParams({ title: video.title });
    await call('POST', `/api/admin/videos/${video.video_id}/${verb}?${seen}`);
    return done(video.title);
  },
});
