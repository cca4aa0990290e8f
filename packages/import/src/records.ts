import { randomBytes } from 'node:crypto';
import { isBcrypt } from '@anb/service-kit/bcrypt';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import { z } from 'zod';
import { displayName } from './originals.ts';
import type { Row } from './row.ts';

export interface Person {
  line: number;
  old_id: string;
  first_name: string;
  last_name: string;
  name_key: string;
  city: string;
  city_key: string;
  country: string;
  email: string;
  email_verified: boolean;
  password_hash: string;
  /** Whether the old password will do. */
  has_password: boolean;
  created_at: string | null;
}

export interface Video {
  line: number;
  old_id: string;
  owner: string;
  title: string;
  title_key: string;
  is_public: boolean;
  uploaded_at: string | null;
  /** A path or an address; '' when the dump knows none. */
  file: string;
  original_filename: string;
}

export interface Vote {
  line: number;
  voter: string;
  video: string;
  cast_at: string | null;
}

const email = z.string().max(254).pipe(z.email());

export function readPerson(row: Row): Person {
  refuseDeleted(row);
  // "J" is how "J." is often written.
  const name = (column: string) => row.text(column, 2, 50, (short) => (short ? `${short}.` : ''));
  const [first_name, last_name, city] = [name('first_name'), name('last_name'), row.text('city', 2, 50)];
  const address = row.raw('email');
  if (!email.safeParse(address).success) row.problems.push('email is no address');
  const password = row.raw('password');
  const has_password = isBcrypt(password);
  return {
    ...{
      line: row.line,
      old_id: row.id('id'),
      first_name,
      last_name,
      city,
      country: row.text('country', 2, 50),
    },
    name_key: comparisonKey(`${first_name} ${last_name}`),
    city_key: comparisonKey(city),
    email: address,
    email_verified: row.flag('email_verified'),
    password_hash: has_password ? password : hashOfNothing(),
    has_password,
    created_at: row.time('created_at'),
  };
}

/** Like any other, so that a sign-in takes its time; that somebody knows its password is as likely as guessing a key. */
function hashOfNothing(): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=19456,t=2,p=1$${base64(16)}$${base64(32)}`;
}

export function readVideo(row: Row): Video {
  refuseDeleted(row);
  const title = row.text('title', 5, 100, (short) => `Video ${short}`.trim());
  const file = row.raw('file').replaceAll('\0', ''); // which Postgres takes in no text
  return {
    ...{ line: row.line, old_id: row.id('id'), owner: row.id('user_id'), title, file },
    title_key: comparisonKey(title),
    is_public: row.flag('is_public'),
    uploaded_at: row.time('uploaded_at'),
    original_filename: displayName(row.raw('filename') || file),
  };
}

export const readVote = (row: Row): Vote => ({
  ...{ line: row.line, voter: row.id('user_id'), video: row.id('video_id'), cast_at: row.time('cast_at') },
});

function refuseDeleted(row: Row): void {
  if (row.raw('deleted_at')) row.problems.push('was deleted in the old contest');
}
