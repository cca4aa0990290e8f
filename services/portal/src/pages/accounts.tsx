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

export const signInPage = () =>
  narrowPage(signIn, island('sign-in', SignIn), { canonical: '/entrar', section: 'sign-in' });

export const signUpPage = () =>
  narrowPage(signUp, island('sign-up', SignUp), { canonical: '/registrarse', section: 'sign-in' });

export const verificationPage = () => narrowPage(verification, island('verification', Verification));

export const forgotPage = () => narrowPage(passwords.forgot, island('forgot-password', ForgotPassword));

export const resetPage = () => narrowPage(passwords.reset, island('reset-password', ResetPassword));

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

interface Words {
  title: string;
  description: string;
  lead?: string;
}

const narrowPage = ({ title, description, lead }: Words, content: VNode, more: Partial<Page> = {}): Page => ({
  ...{ title, description, ...more },
  body: (
    <div class="narrow stack">
      <div class="page-head">
        <h1>{title}</h1>
        {lead && <p class="soft">{lead}</p>}
      </div>
      <div class="panel">{content}</div>
    </div>
  ),
});
