import { useState } from 'preact/hooks';
import * as texts from '#texts/videos';
import { describeProblem } from '../client/describe-problem.ts';
import { call, NotSignedIn } from '../client/session.ts';
import { Dialog } from '../components/dialog.tsx';
import { Notice } from '../components/feedback.tsx';

const SHORTEST = 5;
const LONGEST = 500;

/** Tells the organisers what is wrong with a video. */
export default function ReportVideo({ videoId }: { videoId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'open' | 'sending' | 'sent'>('open');
  const [problem, setProblem] = useState('');

  async function send(event: SubmitEvent) {
    event.preventDefault();
    if (state !== 'open') return;
    setState('sending');
    setProblem('');
    try {
      const path = `/api/public/videos/${videoId}/report`;
      await call('POST', path, { json: { reason: reason.trim() }, reason: 'report' });
      setState('sent');
    } catch (error) {
      setState('open');
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  return (
    <>
      <p class="needs-script">
        <button type="button" class="link small" onClick={() => setOpen(true)}>
          {texts.report}
        </button>
      </p>
      {isOpen && (
        <Dialog title={texts.report} onClose={() => setOpen(false)}>
          {state === 'sent' ? (
            <Notice kind="good" isAlert>
              {texts.reported}
            </Notice>
          ) : (
            <form class="stack" onSubmit={send}>
              <p class="soft">{texts.reportHint}</p>
              <div class="field">
                <label for="motivo">{texts.reportReason}</label>
                <textarea
                  class="input"
                  id="motivo"
                  rows={4}
                  required
                  minlength={SHORTEST}
                  maxlength={LONGEST}
                  value={reason}
                  onInput={({ currentTarget }) => setReason(currentTarget.value)}
                />
              </div>
              {problem && (
                <Notice kind="bad" isAlert>
                  {problem}
                </Notice>
              )}
              <button type="submit" class="button" aria-disabled={state === 'sending'}>
                {texts.reportSend}
              </button>
            </form>
          )}
        </Dialog>
      )}
    </>
  );
}
