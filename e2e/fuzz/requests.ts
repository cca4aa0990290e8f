import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Case } from './cases.ts';
import { CLIP } from './schemas.ts';

export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const BOUNDARY = 'fuzz';
const LATE_MS = 30_000;
const agent = new Agent({ keepAlive: true });
/** Bytes that begin like an MP4. */
const clip = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), Buffer.alloc(500, 7)]);

/** The bytes and headers of a case's body. */
export function encode(type: string, { body, spoiling }: Case): Pick<Request, 'headers' | 'body'> {
  if (!body) return { headers: {} };
  const isForm = type.startsWith('multipart');
  const contentType = isForm ? `${type}; boundary=${BOUNDARY}` : type;
  const encoded = (value: unknown) => (isForm ? form(value) : Buffer.from(JSON.stringify(value)));
  const headers = { 'content-type': contentType };
  if (!spoiling) return { headers, body: encoded(body) };
  if ('headers' in spoiling) return { headers: { ...headers, ...spoiling.headers }, body: encoded(body) };
  if ('text' in spoiling) return { headers, body: Buffer.from(spoiling.text) };
  if ('whole' in spoiling) return { headers, body: encoded(spoiling.whole) };
  const fields = new Map(Object.entries(body));
  if ('drop' in spoiling) fields.delete(spoiling.drop);
  else fields.set(spoiling.put, spoiling.value);
  return { headers, body: encoded(Object.fromEntries(fields)) };
}

function form(fields: unknown): Buffer {
  const parts = Object.entries(fields ?? {}).flatMap(([name, value]) => {
    const isFile = value === CLIP;
    const disposition = `form-data; name="${name}"${isFile ? '; filename="clip.mp4"' : ''}`;
    const content = isFile ? clip : typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [`--${BOUNDARY}\r\ncontent-disposition: ${disposition}\r\n\r\n`, content, '\r\n'];
  });
  return Buffer.concat([...parts, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part)));
}

/** @throws when no answer comes */
export function send({ method, url, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(LATE_MS);
    const length = body && { 'content-length': String(body.length) };
    const asked = request(
      url,
      { method, agent, headers: { ...headers, ...length }, signal: late },
      (answer) => {
        let text = '';
        const status = answer.statusCode ?? 0;
        const done = () => resolve({ status, headers: answer.headers, text });
        answer.setEncoding('utf8').on('end', done).on('error', reject);
        answer.on('data', (chunk) => {
          text += chunk;
          // Events go on and on; the first will do.
          if (!answer.headers['content-type']?.startsWith('text/event-stream') || !text.includes('\n\n'))
            return;
          done();
          answer.destroy();
        });
      },
    );
    asked.on('error', reject).end(body);
  });
}

/** The request as a person can repeat it; whose token it needs is said in its place. */
export function curl({ method, url, headers, body }: Request, caller: string): string {
  const shown = { ...headers, ...(headers.authorization && { authorization: `<${caller}>` }) };
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const flags = Object.entries(shown).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const data =
    body && `--data-binary ${quoted(body.length > 2000 ? `${body.subarray(0, 2000)}…` : String(body))}`;
  return ['curl', '-g', '-X', method, quoted(url), ...flags, ...(data ? [data] : [])].join(' ');
}

export function closeConnections(): void {
  agent.destroy();
}
