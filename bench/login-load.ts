import http from 'node:http';
import { text } from 'node:stream/consumers';

/** Sign-ins as their own process, so that what they cost can be told apart. */
export interface LoginLoad {
  url: string;
  accounts: number;
  password: string;
  atOnce: number;
  seconds: number;
}

export interface LoginLoadResult {
  signIns: number;
  seconds: number;
  cpuSeconds: number;
}

export const emailOf = (account: number) => `player-${account}@example.com`;
/** Everybody is at home. */
const addressOf = (account: number) => `10.0.${account >> 8}.${account & 255}`;

const agent = new http.Agent({ keepAlive: true });

async function signIn({ url, password }: LoginLoad, account: number): Promise<void> {
  const body = JSON.stringify({ email: emailOf(account), password });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-forwarded-for': addressOf(account),
  };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http
      .request(`${url}/api/auth/login`, { method: 'POST', agent, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
  const content = await text(answer);
  const { access_token = '', refresh_token = '', token_type } = JSON.parse(content);
  const isWhole =
    access_token.split('.').length === 3 && refresh_token.length > 40 && token_type === 'Bearer';
  if (answer.statusCode !== 200 || !isWhole) throw new Error(`${answer.statusCode} ${content}`);
}

if (process.send) {
  const load = JSON.parse(process.argv[2] ?? '') as LoginLoad;
  const start = performance.now();
  const cpu = process.cpuUsage();
  const end = start + load.seconds * 1000;
  let next = Math.floor(Math.random() * load.accounts);
  let signIns = 0;
  const workers = Array.from({ length: load.atOnce }, async () => {
    while (performance.now() < end) {
      await signIn(load, next++ % load.accounts);
      signIns++;
    }
  });
  await Promise.all(workers);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  const result: LoginLoadResult = { signIns, seconds, cpuSeconds: (user + system) / 1e6 };
  process.send(result, undefined, undefined, () => process.disconnect());
}
