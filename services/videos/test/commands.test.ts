import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.each(['audit', 'clean-up', 'redrive', 'requeue'])(
  '%s does nothing when it is given arguments',
  (name) => {
    const file = join(import.meta.dirname, `../src/commands/${name}.ts`);
    const { status, stderr } = spawnSync(process.execPath, [file, '--dry-run'], {
      encoding: 'utf8',
      env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
    });
    expect(stderr).toMatch(new RegExp(`^${name} takes no arguments`));
    expect(status).toBe(2);
  },
);
