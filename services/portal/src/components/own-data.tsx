import { useState } from 'preact/hooks';
import * as texts from '#texts/profile';
import { describeProblem } from '../client/describe-problem.ts';
import { call, NotSignedIn } from '../client/session.ts';

/** To take along all that is stored about a person, and to delete it. */
export function OwnData({ onDeleted }: { onDeleted: () => void }) {
  const [state, setState] = useState<'still' | 'busy' | 'done'>('still');
  const [problem, setProblem] = useState('');

  async function download() {
    if (state === 'busy') return;
    setState('busy');
    setProblem('');
    try {
      save(await call<object>('GET', '/api/auth/account/export'));
      setState('done');
    } catch (error) {
      setState('still');
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
  }

  async function remove() {
    const { openDeletion } = await import('../forms/delete-account.tsx');
    if (await openDeletion()) onDeleted();
  }

  return (
    <>
      <p class="row">
        <button type="button" class="button button-plain" aria-disabled={state === 'busy'} onClick={download}>
          {state === 'busy' ? texts.downloading : texts.download}
        </button>
        <button type="button" class="button button-danger" onClick={remove}>
          {texts.deleteOpen}
        </button>
      </p>
      <p class="said" role="status">
        {state === 'done' && texts.downloaded}
      </p>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function save(data: object): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: url, download: texts.fileName }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
