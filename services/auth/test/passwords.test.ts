import { beforeAll, expect, test } from 'vitest';
import { createPasswords, type Passwords } from '../src/passwords.ts';

let passwords: Passwords;
beforeAll(async () => {
  passwords = await createPasswords(2);
});

const weak = (n: number) => `una-clave-${n}`;

test('of an address that asks for many two are in hand, and nobody elsewhere waits for the others', async () => {
  const done: string[] = [];
  const ask = async (address: string, n: number) => {
    await passwords.hash(weak(n), address);
    done.push(address);
  };
  const many = Array.from({ length: 30 }, (_, n) => ask('many', n));
  await Promise.all([ask('one', 30), ask('other', 31)]);
  // Two that were in hand, these two, and what a busy machine has done meanwhile.
  expect(done.length).toBeLessThan(20);
  await Promise.all(many);
});

test('who would wait too long is sent away: of one address, and of all', async () => {
  const ask = (address: string) =>
    passwords.matches(weak(0), undefined, address).then(
      () => 'judged',
      (error) => error.status,
    );
  const crowd = Array.from({ length: 150 }, (_, n) => [ask(`a${n}`), ask(`a${n}`)]).flat();
  const sent = (await Promise.all([...crowd, ask('late')])).filter((outcome) => outcome === 503);
  // Two hundred wait, and two are judged where they had begun by then.
  expect([301 - 200, 301 - 202]).toContain(sent.length);
});
