import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { verify } from '@node-rs/argon2';
import { generateKeyPair, SignJWT } from 'jose';
import pLimit from 'p-limit';
import postgres from 'postgres';

/**
 * The least that can be called a sign-in with these libraries: a row read, the password compared, a session stored, a
 * token signed. Nothing is limited, checked, logged or counted. What it loses on the bare hash no service can win back.
 */
export interface LeastSignIn {
  databaseUrl: string;
  hashesAtOnce: number;
  port: number;
}

if (process.send) {
  const { databaseUrl, hashesAtOnce, port } = JSON.parse(process.argv[2] ?? '') as LeastSignIn;
  const sql = postgres(databaseUrl, { max: 5 });
  const limit = pLimit(hashesAtOnce);
  const { privateKey } = await generateKeyPair('ES256');

  createServer(async (request, response) => {
    const { email, password } = (await json(request)) as { email: string; password: string };
    const [user] = await sql`select id, password_hash from auth.users where lower(email) = ${email}`;
    if (!(await limit(() => verify(user?.password_hash, password)))) throw new Error('a wrong password');
    const id = randomUUID();
    await sql`
      insert into auth.sessions (id, user_id, refresh_hash, expires_at)
      values (${id}, ${user?.id}, ${randomBytes(32)}, now() + interval '30 days')`;
    const token = await new SignJWT({ sid: id })
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject(String(user?.id))
      .setExpirationTime('1h')
      .sign(privateKey);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: token,
        refresh_token: randomBytes(48).toString('base64url'),
        token_type: 'Bearer',
      }),
    );
  }).listen(port, '127.0.0.1', () => process.send?.('ready'));
}
