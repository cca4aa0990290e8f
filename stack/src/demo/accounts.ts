import { type Api, Refused } from '@anb/api-client/api';
import { PASSWORD, type Person } from './players.ts';

export interface Account<P extends Person = Person> {
  person: P;
  token: string;
  isNew: boolean;
}

/** Signs a person up, or finds the account of an earlier run, and signs in. */
export async function openAccount<P extends Person>(api: Api, person: P): Promise<Account<P>> {
  const isNew = await signUp(api, person);
  const credentials = { email: person.email, password: PASSWORD };
  const { access_token } = await api.call<{ access_token: string }>('POST', '/api/auth/login', {
    json: credentials,
  });
  return { person, token: access_token, isNew };
}

async function signUp(api: Api, person: Person): Promise<boolean> {
  const passwords = { password1: PASSWORD, password2: PASSWORD };
  const json = { ...person, ...passwords, country: 'Colombia', accepts_terms: true };
  try {
    await api.call('POST', '/api/auth/signup', { expect: { status: 201 }, json });
    return true;
  } catch (error) {
    if (error instanceof Refused && error.code === 'email_taken') return false;
    throw error;
  }
}
