import { Offline, Refusal, request } from './api.ts';
import { withChallenge } from './challenge.ts';
import { signIn } from './session.ts';

export interface Registration {
  first_name: string;
  last_name: string;
  city: string;
  country: string;
  email: string;
  password1: string;
  password2: string;
  accepts_terms: true;
  guardian_name?: string;
}

/** The e-mail of an account that may have been made here although the answer was lost. */
let tried: string | undefined;

/** Makes an account and signs in to it; what failed half-way is gone on with when tried again. @throws Refusal, Offline */
export async function register(person: Registration): Promise<void> {
  try {
    await withChallenge((headers) => request('POST', '/api/auth/signup', { json: person, headers }));
    tried = person.email;
  } catch (error) {
    if (error instanceof Offline) tried = person.email;
    const isOwn = error instanceof Refusal && error.code === 'email_taken' && tried === person.email;
    if (!isOwn) throw error;
  }
  await signIn(person.email, person.password1);
}
