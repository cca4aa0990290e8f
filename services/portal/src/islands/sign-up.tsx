import { useEffect } from 'preact/hooks';
import * as texts from '#texts/sign-up';
import { tellNext } from '../client/announcement.ts';
import { askedDestination } from '../client/destination.ts';
import { currentRole } from '../client/person.ts';
import { SignUpForm } from '../forms/sign-up.tsx';

/** Whoever is signed in goes on at once. */
export default function SignUp() {
  useEffect(() => {
    if (currentRole()) location.replace(askedDestination());
  }, []);

  function goOn(email: string) {
    tellNext({ text: texts.created(email), way: { text: texts.toCode, to: '/verificar' } });
    location.replace(askedDestination());
  }

  return (
    <div class="stack">
      <SignUpForm onDone={goOn} />
      <p class="row">
        {texts.known}
        <a
          class="link"
          href="/entrar"
          onClick={({ currentTarget }) => {
            currentTarget.search = location.search;
          }}
        >
          {texts.toSignIn}
        </a>
      </p>
    </div>
  );
}
