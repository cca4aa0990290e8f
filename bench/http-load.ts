import { once } from 'node:events';
import { Pool } from 'undici';

/** GET requests as fast as they are answered, from a process of their own. */
export interface HttpLoad {
  url: string;
  /** Of the requests, in turn. */
  headers: readonly Record<string, string>[];
  seconds: number;
}

export interface HttpLoadResult {
  answers: number;
  seconds: number;
}

const CONNECTIONS = 32;
const EXPECTED = '{"ok":true}';

const { url, seconds } = JSON.parse(process.argv[2] ?? '{}') as HttpLoad;
const [headers] = (await once(process, 'message')) as [HttpLoad['headers']];
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: CONNECTIONS });
const start = performance.now();
const end = start + seconds * 1000;
let asked = 0;

async function ask(): Promise<void> {
  while (performance.now() < end) {
    const answer = await pool.request({
      method: 'GET',
      path: pathname,
      headers: headers[asked++ % headers.length] ?? {},
    });
    const body = await answer.body.text();
    if (answer.statusCode !== 200 || body !== EXPECTED) throw new Error(`${answer.statusCode} ${body}`);
  }
}
await Promise.all(Array.from({ length: CONNECTIONS }, ask));
const result: HttpLoadResult = { answers: asked, seconds: (performance.now() - start) / 1000 };
process.send?.(result);
await pool.close();
process.disconnect();
