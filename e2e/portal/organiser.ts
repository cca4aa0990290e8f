import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestPlayer } from '../api.ts';
import type { World } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As `npm run auth -- role` makes one. */
export async function makeOrganiser({ api, dataDir }: World): Promise<TestPlayer> {
  const { email } = await api.signUp({ first_name: 'Olga' });
  execFileSync(process.execPath, ['stack/src/command.ts', 'auth', 'role', email, 'organiser'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir },
  });
  return api.signIn(email);
}
