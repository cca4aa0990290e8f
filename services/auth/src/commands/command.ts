import { openConfiguredDatabase, type Sql } from '@anb/service-kit/database';
import { readEnv } from '@anb/service-kit/env';
import { connectionEnv } from '@anb/service-kit/service-env';
import { noteCommand } from '../store/personal-data.ts';
import { findUserId } from '../store/users.ts';

function end(code: number, message: string): never {
  (code === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(code);
}

/**
 * Runs a command on the account whose e-mail is its only argument, notes that, and writes what it answers. Exit code 1 when there
 * is no such account, 2 when the arguments are others.
 */
export async function runOnAccount(
  name: string,
  command: (sql: Sql, userId: number, email: string) => Promise<string>,
): Promise<never> {
  const [email = '', ...more] = process.argv.slice(2);
  if (!email || more.length > 0) end(2, `${name} EMAIL`);
  const sql = openConfiguredDatabase(readEnv(connectionEnv), name);
  const userId = await findUserId(sql, email);
  if (userId !== undefined) await noteCommand(sql, name, userId);
  const answer = userId === undefined ? undefined : await command(sql, userId, email);
  await sql.end();
  if (answer === undefined) end(1, `There is no account of ${email}.`);
  end(0, answer);
}
