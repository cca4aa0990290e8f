import { expect, test } from 'vitest';
import { count, databaseUrl, parseEnv, port, seconds, secret, text, url } from '../src/env.ts';
import { serviceEnv } from '../src/service-env.ts';

const shape = {
  PORT: port().default(8080),
  POOL: count(1, 10),
  PAUSE: seconds(0, 30).default(0),
  LOG_LEVEL: serviceEnv.LOG_LEVEL,
  PUBLIC_URL: url(),
  DATABASE_URL: databaseUrl(),
  KEY: secret(),
  NAME: text().default('x'),
};
const good = { POOL: '3', PUBLIC_URL: 'https://anb.example/', DATABASE_URL: 'postgres://u:p@h/d', KEY: 'k' };

test('reads values in their types, with defaults, and takes an empty value as unset', () => {
  expect(parseEnv(shape, { ...good, NAME: '', PAUSE: '0.25' })).toEqual({
    ...good,
    PORT: 8080,
    POOL: 3,
    PAUSE: 0.25,
    LOG_LEVEL: 'info',
    PUBLIC_URL: 'https://anb.example',
    NAME: 'x',
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
    ].join('\n'),
  );
});

test('never shows the value of a secret', () => {
  expect(() => parseEnv(shape, { ...good, DATABASE_URL: 'mysql://root:hunter2@h/d' })).toThrow(
    /^The environment is not usable:\n {2}DATABASE_URL: is not a postgres:\/\/ URL \(its value is never shown\)$/,
  );
});
