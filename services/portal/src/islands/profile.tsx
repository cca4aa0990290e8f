import type { Profile as Person } from '@anb/api-client/contract';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { title as videos } from '#texts/own-videos';
import * as texts from '#texts/profile';
import { call, type ReasonToAsk } from '../client/session.ts';
import { Empty } from '../components/feedback.tsx';
import { BallIcon } from '../components/icons.tsx';
import { Loading, useLoaded } from '../components/loading.tsx';
import { OwnData } from '../components/own-data.tsx';
import { SignOutButton } from '../components/sign-out-button.tsx';
import { formatDate } from '../format.ts';
import { ChangePasswordForm } from '../forms/change-password.tsx';
import { ProfileForm } from '../forms/profile.tsx';
import OwnVideos from './own-videos.tsx';

const load = (reason: ReasonToAsk) => call<Person>('GET', '/api/auth/profile', { reason });

export default function Profile() {
  const loaded = useLoaded(load);
  const [isDeleted, setDeleted] = useState(false);
  if (isDeleted) return <Deleted />;
  if (loaded.state !== 'there') return <Loading of={loaded} />;
  const profile = loaded.value;
  return (
    <div class="stack-wide">
      <section class="stack" aria-labelledby="videos">
        <h2 id="videos">{videos}</h2>
        <OwnVideos />
      </section>
      <Section id="datos" title={texts.details} hint={texts.detailsHint}>
        <Email profile={profile} onVerified={() => loaded.set({ ...profile, email_verified: true })} />
        <ProfileForm profile={profile} onSaved={loaded.set} />
      </Section>
      <Section id="contrasena" title={texts.password} hint={texts.passwordHint}>
        <ChangePasswordForm profile={profile} />
      </Section>
      <Section id="sesiones" title={texts.sessions} hint={texts.signOutAllHint}>
        <p class="row">
          <SignOutButton />
          <SignOutButton isEverywhere />
        </p>
      </Section>
      <Section id="cuenta" title={texts.data} hint={texts.dataText}>
        <OwnData onDeleted={() => setDeleted(true)} />
      </Section>
    </div>
  );
}

interface SectionProps {
  id: string;
  title: string;
  hint: string;
  children: ComponentChildren;
}

function Section({ id, title, hint, children }: SectionProps) {
  return (
    <section class="panel stack" aria-labelledby={id}>
      <div class="page-head">
        <h2 id={id}>{title}</h2>
        <p class="soft small">{hint}</p>
      </div>
      {children}
    </section>
  );
}

function Email({ profile, onVerified }: { profile: Person; onVerified: () => void }) {
  async function verify() {
    const { openVerification } = await import('../client/verification-dialog.tsx');
    if (await openVerification()) onVerified();
  }
  return (
    <div>
      <p class="soft small">
        {texts.email}. {texts.emailHint}
      </p>
      <p class="row">
        <span class="written">{profile.email}</span>
        {profile.email_verified ? (
          <span class="badge badge-good">✓ {texts.verified}</span>
        ) : (
          <>
            <span class="badge badge-bad">{texts.unverified}</span>
            <button type="button" class="button button-small" onClick={verify}>
              {texts.verify}
            </button>
          </>
        )}
      </p>
      <p class="soft small">{texts.since(formatDate(profile.created_at))}</p>
    </div>
  );
}

const Deleted = () => (
  <Empty icon={BallIcon}>
    <h2>{texts.deletedTitle}</h2>
    <p>{texts.deletedText}</p>
    <a class="button" href="/">
      {texts.toHome}
    </a>
  </Empty>
);
