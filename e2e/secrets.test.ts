import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logScan, mailFilter, secretsInFile } from '@anb/testing/secrets';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Of tests: passwords that nothing takes. */
const MADE_UP = /\b(master|root|anb):hunter2@|\bu:p@h\b/g;

test('no file of the repository holds a secret', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const found = files.filter(Boolean).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(MADE_UP, '');
    return secretsInFile(text).map((what) => `${file}: ${what}`);
  });
  expect(files.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

const base64 = (text: string) => Buffer.from(text).toString('base64url');
const token = [base64('{"alg":"ES256"}'), base64('{"sub":"1","sid":"2"}'), 'c2lnbmF0dXJl-c2ln'].join('.');
const dashes = '-'.repeat(5);

describe('the scan finds', () => {
  const refresh = 'Jb0Kq7Qv8n1Yx2Wz3Tt4Ss5Rr6Qq7Pp8Oo9Nn0Mm1L';
  const scan = logScan([refresh, 'un-pase-largo']);
  test.each([
    ['a signed token', `{"message":"asked","url":"/x?token=${token}"}`],
    ['a private key', `${dashes}BEGIN EC PRIVATE KEY${dashes}\\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f`],
    ['a password in a URL', 'connect ETIMEDOUT postgres://root:hunter2@10.0.0.7:5432/anb'],
    ['a key of AWS', `{"key":"${'AKIA'}${'ABCDEFGH'.repeat(2)}"}`],
    ["a signed address's signature", 'https://store/a?X-Amz-Signature=0123456789abcdef'],
    ['the hash of a password', `{"hash":"${'$argon2id'}$v=19$m=19456"}`],
    ['a field that holds a secret', '{"body":{"password1":"x"}}'],
    ['a bearer token', '{"authorization":"Bearer abcdefghijk"}'],
    ['a link that sets a password', '{"message":"sending","link":"https://anb.example/x#token=Q2Fuw7NuZ28"}'],
    ['a code that was mailed', '{"message":"sending","code":"048213"}'],
    ['a code that was mailed', 'sending the code 048213'],
    [
      'a code that was mailed',
      '{"text":"confirmas que este correo es tuyo:\\n\\n    048213\\n\\nEscríbelo"}',
    ],
    ['a secret of this run', `{"message":"refreshed","with":"${refresh}"}`],
    ['a secret of this run', 'wrong: un-pase-largo'],
  ])('%s', (what, line) => {
    expect(scan(line)).toContain(what);
  });

  test.each([
    '{"level":"info","request_id":"9b0e1b3c-5b1e-4c57-9c62-0f6d3a1a2b3c","message":"request","path":"/api/videos"}',
    '{"message":"request","ms":104857,"user_id":123456,"err":{"code":"42501"},"reason":"exit code 137"}',
    '{"password":"[Redacted]","url":"postgres://anb_auth@10.0.0.7:5432/anb"}',
  ])('nothing in %s', (line) => {
    expect(scan(line)).toEqual([]);
  });
});

test('a mail of the local stack is told from what only speaks of one, and from what follows it', () => {
  const isOfMail = mailFilter();
  const lines = [
    '02:04:05  auth        request 200',
    '02:04:05  auth        mail written mail_id=1 to=ana@example.com text=Hola:',
    '    048213',
    '02:04:06  auth        no mail written mail_id=1',
    '    048213',
    '{"message":"mail written","text":"Hola:\\n\\n    048213"}',
    '{"message":"request","path":"/mail written"}',
  ];
  expect(lines.map(isOfMail)).toEqual([false, true, true, false, false, true, false]);
});
