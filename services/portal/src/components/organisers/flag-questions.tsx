import type { Voided, VoteFlag } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-votes';
import { by, untitled } from '#texts/organisers';
import { call } from '../../client/session.ts';
import type { Question } from './confirm.tsx';
import { nameOf } from './video-questions.tsx';

export function askToDismiss(flag: VoteFlag): Question {
  return {
    ...texts.dismiss,
    subject: subjectOf(flag),
    needsReason: true,
    act: async (reason) => {
      await call('POST', `/api/admin/votes/flags/${flag.flag_id}/dismiss`, { json: { reason } });
      return texts.dismiss.done;
    },
  };
}

/** Says how many votes, as the API counts them now, before it is done. */
export async function askToVoid(flag: VoteFlag): Promise<Question> {
  const { voiding } = texts;
  const { flag_id } = flag;
  const preview = await call<Voided>('POST', '/api/admin/votes/void', {
    json: { flag_id, reason: voiding.previewReason, preview: true },
  });
  return {
    title: voiding.title,
    action: voiding.action,
    subject: subjectOf(flag),
    isDangerous: true,
    needsReason: true,
    happens: [
      voiding.loses(preview.votes, flag.video_votes),
      ...(preview.is_complete ? [] : [voiding.part]),
      voiding.voters,
      voiding.undo,
    ],
    act: async (reason) => {
      const voided = await call<Voided>('POST', '/api/admin/votes/void', { json: { flag_id, reason } });
      return `${voiding.done(voided.votes)}${voided.is_complete ? '' : voiding.more}`;
    },
  };
}

export function askToRestore(flag: VoteFlag, voidingId: number): Question {
  return {
    ...texts.restore,
    subject: subjectOf(flag),
    needsReason: true,
    act: async (reason) => {
      const json = { voiding_id: voidingId, reason };
      const { votes } = await call<Voided>('POST', '/api/admin/votes/restore', { json });
      return texts.restore.done(votes);
    },
  };
}

const subjectOf = (flag: VoteFlag) => (
  <>
    <b>{flag.title ?? untitled}</b>
    <br />
    <span class="soft">
      {by(nameOf(flag))} · {texts.kind[flag.kind]}
    </span>
  </>
);
