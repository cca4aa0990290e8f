import type { ComponentType, VNode } from 'preact';
import * as passwords from '#texts/passwords';
import * as profile from '#texts/profile';
import * as signIn from '#texts/sign-in';
import * as signUp from '#texts/sign-up';
import * as verification from '#texts/verification';
import { Island } from '../island.tsx';
import ForgotPassword from '../islands/forgot-password.tsx';
import Profile from '../islands/profile.tsx';
import ResetPassword from '../islands/reset-password.tsx';
import SignIn from '../islands/sign-in.tsx';
import SignUp from '../islands/sign-up.tsx';
import Verification from '../islands/verification.tsx';
import type { Page } from '../page.ts';

export const signInPage = (): Page => ({
  title: signIn.title,
  description: signIn.description,
  canonical: '/entrar',
  section: 'sign-in',
  body: narrow(signIn.title, signIn.lead, island('sign-in', SignIn)),
});

export const signUpPage = (): Page => ({
  title: signUp.title,
  description: signUp.description,
  canonical: '/registrarse',
  section: 'sign-in',
  body: narrow(signUp.title, signUp.lead, island('sign-up', SignUp)),
});

export const verificationPage = (): Page => ({
  title: verification.title,
  description: verification.description,
  body: narrow(verification.title, undefined, island('verification', Verification)),
});

export const forgotPage = (): Page => ({
  title: passwords.forgotTitle,
  description: passwords.forgotDescription,
  body: narrow(passwords.forgotTitle, undefined, island('forgot-password', ForgotPassword)),
});

export const resetPage = (): Page => ({
  title: passwords.resetTitle,
  description: passwords.resetDescription,
  body: narrow(passwords.resetTitle, undefined, island('reset-password', ResetPassword)),
});

export const profilePage = (): Page => ({
  title: profile.title,
  description: profile.description,
  section: 'profile',
  body: (
    <div class="stack-wide">
      <h1>{profile.title}</h1>
      {island('profile', Profile)}
    </div>
  ),
});

const island = (name: string, of: ComponentType) => <Island name={name} of={of} props={{}} />;

const narrow = (title: string, lead: string | undefined, content: VNode) => (
  <div class="narrow stack">
    <div class="page-head">
      <h1>{title}</h1>
      {lead && <p class="soft">{lead}</p>}
    </div>
    <div class="panel">{content}</div>
  </div>
);
