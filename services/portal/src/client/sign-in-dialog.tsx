import type { Reason } from './session.ts';

/** Asks to sign in or to register. @returns whether somebody has */
export async function openSignIn(_reason: Reason): Promise<boolean> {
  location.assign('/entrar');
  return false;
}
