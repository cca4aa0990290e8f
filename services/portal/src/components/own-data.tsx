import { useState } from 'preact/hooks';
import * as texts from '#texts/profile';
import { call } from '../client/session.ts';
import { useAction } from '../client/use-action.ts';

/** To take along all that is stored about a person, and to delete it. */
export function OwnData({ onDeleted }: { onDeleted: () => void }) {
  const [isBusy, act, problem] = useAction();
  const [isDone, setDone] = useState(false);

  const download = () =>
    act(async () => {
      setDone(false);
      save(await call<object>('GET', '/api/auth/account/export'));
      setDone(true);
    });

  async function remove() {
    const { openDeletion } = await import('../forms/delete-account.tsx');
    if (await openDeletion()) onDeleted();
  }

  return (
    <>
      <p class="row">
        <button type="button" class="button button-plain" aria-disabled={isBusy} onClick={download}>
          {isBusy ? texts.downloading : texts.download}
        </button>
        <button type="button" class="button button-danger" onClick={remove}>
          {texts.deleteOpen}
        </button>
      </p>
      <p class="said" role="status">
        {isDone && texts.downloaded}
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
