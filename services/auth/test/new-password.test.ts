import { describe, expect, test } from 'vitest';
import { acceptedPassword } from '../src/new-password.ts';

const whose = { email: 'Valentina.Rios@example.com', first_name: 'Valentina', last_name: 'Ríos Gómez' };
const choose = (password: string) => acceptedPassword({ password1: password, password2: password }, whose);

describe('a new password', () => {
  test.each([
    ...['password', 'PASSWORD', '12345678', 'qwertyuiop', 'iloveyou', 'trustno1'],
    ...[
      'contraseña',
      'Contrasena',
      'baloncesto',
      'nacional1',
      'Estrella2026',
      'medellin!',
      'futbol123',
      '1234gato',
      'Colombia12345',
    ],
    ...['valentina', 'VALENTINA', 'ríosgómez', 'Ríos Gómez', 'Valentina Ríos Gómez', 'riosgomez'],
    ...['valentina.rios', 'valentina.rios@example.com'],
  ])('is not %s', (password) => {
    expect(() => choose(password)).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'invalid_input',
        details: [{ field: 'password1', message: expect.any(String) }],
      }),
    );
  });

  test.each([
    'aaaabbbbcccc-nothing-else',
    'solo letras y espacios',
    'valentina rios 7',
    'gato84938271',
    'baloncesto con gatos',
    '🏀🏀🏀🏀🏀🏀🏀🏀',
    'x'.repeat(128),
  ])('may be %j: nothing is asked of what it is made of', (password) => {
    expect(choose(password)).toBe(password);
  });
});
