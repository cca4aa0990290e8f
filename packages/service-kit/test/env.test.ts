import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { count, databaseUrl, flag, parseEnv, port, seconds, secret, text, url } from '../src/env.ts';
import { challengeEnv, publicEnv, serviceEnv } from '../src/service-env.ts';

const shape = {
  PORT: port().default(8080),
  POOL: count(1, 10),
  PAUSE: seconds(0, 30).default(0),
  LOG_LEVEL: serviceEnv.LOG_LEVEL,
  PUBLIC_URL: url(),
  DATABASE_URL: databaseUrl(),
  KEY: secret(),
  NAME: text().default('x'),
  IS_OPEN: flag().default(false),
};
const good = { POOL: '3', PUBLIC_URL: 'https://anb.example/', DATABASE_URL: 'postgres://u:p@h/d', KEY: 'k' };

test('reads values in their types, with defaults, and takes an empty value as unset', () => {
  expect(parseEnv(shape, { ...good, NAME: '', PAUSE: '0.25', IS_OPEN: 'true' })).toEqual({
    ...good,
    PORT: 8080,
    POOL: 3,
    PAUSE: 0.25,
    LOG_LEVEL: 'info',
    PUBLIC_URL: 'https://anb.example',
    NAME: 'x',
    IS_OPEN: true,
  });
});

test('names every problem at once', () => {
  expect(() =>
    parseEnv(shape, {
      PORT: '99999999',
      POOL: '1.5',
      PAUSE: '31',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'ftp://x',
      DATABASE_URL: good.DATABASE_URL,
      IS_OPEN: 'yes',
    }),
  ).toThrow(
    [
      'The environment is not usable:',
      '  PORT: "99999999" is not a port (0 to 65535)',
      '  POOL: "1.5" is not a whole number from 1 to 10',
      '  PAUSE: "31" is not a number of seconds from 0 to 30',
      '  LOG_LEVEL: "loud" is not one of trace, debug, info, warn, error, fatal, silent',
      '  PUBLIC_URL: "ftp://x" is not a URL (http:, https:)',
      '  KEY: is required (its value is never shown)',
      '  IS_OPEN: "yes" is not one of true, false',
    ].join('\n'),
  );
});

test.each([
  'https://anb.example/contest',
  'https://anb.example?a=b',
  'https://ana@anb.example',
  'https://anb.example#a',
])('takes no %s where paths are added to the address', (PUBLIC_URL) => {
  expect(() => parseEnv(publicEnv, { PUBLIC_URL })).toThrow(`PUBLIC_URL: "${PUBLIC_URL}" is not an origin`);
  expect(parseEnv(publicEnv, { PUBLIC_URL: 'http://[::1]:8080/' })).toEqual({
    PUBLIC_URL: 'http://[::1]:8080',
  });
});

test('never shows the value of a secret', () => {
  expect(() => parseEnv(shape, { ...good, DATABASE_URL: 'mysql://root:hunter2@h/d' })).toThrow(
    /^The environment is not usable:\n {2}DATABASE_URL: is not a postgres:\/\/ URL \(its value is never shown\)$/,
  );
});

test('takes no empty file for a secret, which would be found out by its first use only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anb-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  const read = () => parseEnv(challengeEnv, { CHALLENGE_SECRET_FILE: path });
  expect(read).toThrow(`CHALLENGE_SECRET_FILE: "${path}" is not a file that can be read`);
  writeFileSync(path, '\n');
  expect(read).toThrow(`CHALLENGE_SECRET_FILE: "${path}" is an empty file`);
  writeFileSync(path, 'x\n');
  expect(read()).toEqual({ CHALLENGE_SECRET_FILE: path });
});

test('wants both of a pair, or neither', () => {
  const pair = { VERIFY_URL: url().optional(), SECRET_FILE: text().optional() };
  const read = (env: NodeJS.ProcessEnv) => parseEnv(pair, env, [['VERIFY_URL', 'SECRET_FILE']]);
  expect(read({ SECRET_FILE: '' })).toEqual({});
  expect(read({ VERIFY_URL: 'https://a.example', SECRET_FILE: 'x' })).toMatchObject({ SECRET_FILE: 'x' });
  expect(() => read({ VERIFY_URL: 'https://a.example' })).toThrow(
    '  SECRET_FILE: is required with VERIFY_URL',
  );
  expect(() => read({ SECRET_FILE: 'x' })).toThrow('  VERIFY_URL: is required with SECRET_FILE');
});
