import { useEffect } from 'preact/hooks';
import * as texts from '#texts/sign-in';
import { askedDestination } from '../client/destination.ts';
import { currentRole } from '../client/person.ts';
import { SignInForm } from '../forms/sign-in.tsx';

/** Whoever is signed in goes on at once. */
export default function SignIn() {
  useEffect(() => {
    if (currentRole()) location.replace(askedDestination());
  }, []);
  return (
    <div class="stack">
      <SignInForm onDone={() => location.replace(askedDestination())} />
      <p class="row">
        {texts.newHere}
        <a class="link" href="/registrarse" onClick={keepDestination}>
          {texts.toSignUp}
        </a>
      </p>
    </div>
  );
}

function keepDestination({ currentTarget }: { currentTarget: HTMLAnchorElement }) {
  currentTarget.search = location.search;
}
