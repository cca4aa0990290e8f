import { openConfiguredDatabase } from '@anb/service-kit/database';
import { readEnv } from '@anb/service-kit/env';
import { connectionEnv } from '@anb/service-kit/service-env';
import { isEmailVerified, roles, setRole } from '../store/users.ts';

// Makes an account an organiser of the contest, or a player again, and signs it out: its next tokens say so.
const [email = '', wanted, ...more] = process.argv.slice(2);
const role = roles.find((name) => name === wanted);

function end(code: number, message: string): never {
  (code === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(code);
}

if (!role || more.length > 0) end(2, `role EMAIL ROLE, which is one of: ${roles.join(', ')}`);
const sql = openConfiguredDatabase(readEnv(connectionEnv), 'role');
const outcome = await setRole(sql, email, role);
const isProved = role === 'player' || (await isEmailVerified(sql, email));
await sql.end();
if (outcome === 'no_such_account') end(1, `There is no account of ${email}.`);
const doubt = isProved
  ? ''
  : '\nIts e-mail is not verified: somebody else may have signed up with it. Ask its owner, or make it a player again.';
if (outcome === 'has_it_already') end(0, `${email}: is ${role} already; nothing is changed${doubt}`);
end(0, `${email}: ${role}, from the next login on; signed out everywhere${doubt}`);
