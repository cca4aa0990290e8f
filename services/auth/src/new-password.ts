import { ApiError, invalidInput } from '@anb/service-kit/errors';
import { z } from '@hono/zod-openapi';
import ranked from '@zxcvbn-ts/language-common/src/passwords.json' with { type: 'json' };
import commonWords from '@zxcvbn-ts/language-es-es/src/commonWords.json' with { type: 'json' };
import firstNames from '@zxcvbn-ts/language-es-es/src/firstnames.json' with { type: 'json' };
import lastNames from '@zxcvbn-ts/language-es-es/src/lastnames.json' with { type: 'json' };

export interface Person {
  first_name: string;
  last_name: string;
  email: string;
}

const SHORTEST = 8;
const newPassword = z
  .string()
  .min(SHORTEST)
  .max(128)
  .openapi({ format: 'password', example: 'un-pase-largo-7' });

/** The fields of a request that sets a password. */
export const newPasswords = { password1: newPassword, password2: newPassword };

/** From leaked ones, in lower case: 17,950 that are long enough to be chosen. */
const common = new Set(ranked.filter((password) => password.length >= SHORTEST));

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** What people here choose: a word of their language, or a name. */
const words = new Set([...commonWords, ...firstNames, ...lastNames].map(plain));
/** Digits and signs around a word, as in nacional1: as many as are soon tried. */
const ADORNED = /^(\P{L}*)(\p{L}+)(\P{L}*)$/u;
const SOON_TRIED = 5;

function isWord(password: string): boolean {
  const [, before = '', word = '', after = ''] = ADORNED.exec(plain(password)) ?? [];
  return before.length + after.length <= SOON_TRIED && words.has(word);
}

/**
 * Judges what a schema can not say. There are no rules on what a password is made of: they make it no harder to guess.
 *
 * @param whose what is known of a person is guessed first
 * @returns the password
 */
export function acceptedPassword(
  { password1, password2 }: { password1: string; password2: string },
  whose: Person,
): string {
  if (password1 !== password2) {
    throw new ApiError(400, 'passwords_differ', 'The two passwords are not the same.', {
      details: [{ field: 'password2', message: 'must equal password1' }],
    });
  }
  const refuse = (message: string) => invalidInput([{ field: 'password1', message }]);
  if (common.has(password1.toLowerCase()) || isWord(password1)) {
    throw refuse('is one of those that are tried first; choose one that others would not think of');
  }
  if (personal(whose).has(bare(password1))) throw refuse('must not be your name or your e-mail');
  return password1;
}

const bare = (text: string) => plain(text).replace(/\s/g, '');

/** Each name alone and both in a row, the e-mail and its part before the @. */
const personal = ({ first_name, last_name, email }: Person) =>
  new Set([first_name, last_name, first_name + last_name, email, email.split('@')[0] ?? ''].map(bare));
