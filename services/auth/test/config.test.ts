import { fileURLToPath } from 'node:url';
import { parseEnv } from '@anb/service-kit/env';
import { describe, expect, test } from 'vitest';
import { mailEnv, mailPair } from '../src/config.ts';

const good = {
  PUBLIC_URL: 'https://anb.example',
  MAIL_URL: 'smtp://mail.example:587',
  MAIL_FROM: 'ANB <no-reply@anb.example>',
};

/** What the program says to this environment; '' when it goes on. */
function refusal(change: Record<string, string>): string {
  try {
    parseEnv(mailEnv, { ...good, ...change }, [mailPair]);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the mail settings', () => {
  test('must be there: without them nobody could verify an address', () => {
    const said = refusal({ MAIL_URL: '', MAIL_FROM: '' });
    expect(said).toMatch(/MAIL_URL: is required/);
    expect(said).toMatch(/MAIL_FROM: is required/);
  });

  test.each([
    ['MAIL_URL', 'http://mail.example'],
    ['MAIL_URL', 'mail.example:587'],
    ['MAIL_URL', 'file://mails'],
    ['MAIL_URL', 'smtp://anb:hunter2@mail.example'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
  ])('are refused with %s=%s, and no password is repeated', (name, value) => {
    const said = refusal({ [name]: value });
    expect(said).toContain(name);
    expect(said).not.toContain('hunter2');
  });

  test.each(['smtps://10.0.0.7', 'smtp://relay:25?tls=off', 'file:///tmp/mails', 'smtp://[::1]:2525'])(
    'may be %s',
    (MAIL_URL) => {
      expect(refusal({ MAIL_URL })).toBe('');
    },
  );

  test('name who signs in and the password, or neither', () => {
    const MAIL_PASSWORD_FILE = fileURLToPath(import.meta.url);
    expect(refusal({ MAIL_USERNAME: 'anb' })).toContain('MAIL_PASSWORD_FILE: is required with MAIL_USERNAME');
    expect(refusal({ MAIL_PASSWORD_FILE })).toContain('MAIL_USERNAME: is required with MAIL_PASSWORD_FILE');
    expect(refusal({ MAIL_USERNAME: 'anb', MAIL_PASSWORD_FILE })).toBe('');
  });
});
