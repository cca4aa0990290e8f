import type { Profile } from '@anb/api-client/contract';
import { useState } from 'preact/hooks';
import * as texts from '#texts/verification';
import { call, type ReasonToAsk } from '../client/session.ts';
import { Notice } from '../components/feedback.tsx';
import { Loading, useLoaded } from '../components/loading.tsx';
import { CodeForm } from '../forms/code.tsx';

const profile = (reason: ReasonToAsk) => call<Profile>('GET', '/api/auth/profile', { reason });

export default function Verification() {
  const loaded = useLoaded(profile);
  const [isDone, setDone] = useState(false);
  if (loaded.state !== 'there') return <Loading of={loaded} />;
  const { email, email_verified } = loaded.value;
  if (isDone || email_verified) return <Verified />;
  return <CodeForm email={email} onDone={() => setDone(true)} />;
}

function Verified() {
  return (
    <div class="stack">
      <Notice kind="good" isAlert>
        {texts.verified}
      </Notice>
      <p class="row">
        <a class="button" href="/videos">
          {texts.toVideos}
        </a>
        <a class="button button-plain" href="/subir">
          {texts.toUpload}
        </a>
      </p>
    </div>
  );
}
