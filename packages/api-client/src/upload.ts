import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Answer, type Api, Away, accept, patiently } from './api.ts';

const PATH = '/api/videos/upload';

export interface UploadForm {
  path: string;
  filename: string;
  title: string;
  isPublic: boolean;
}

/**
 * Streams a clip from disk into POST /api/videos/upload.
 * @param onProgress hears how many bytes the connection has taken
 * @returns the video's id
 */
export async function uploadClip(
  api: Api,
  token: string,
  form: UploadForm,
  onProgress: (sent: number, total: number) => void = () => {},
): Promise<string> {
  const answer = await patiently(() => sendForm(api, token, form, onProgress));
  return accept<{ task_id: string }>(`POST ${PATH}`, { status: 201 }, answer).task_id;
}

async function sendForm(
  api: Api,
  token: string,
  form: UploadForm,
  onProgress: (sent: number, total: number) => void,
): Promise<Answer> {
  const url = api.addressOf(PATH);
  const boundary = `anb-${randomUUID()}`;
  const head = Buffer.from(formHead(form, boundary));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const total = head.length + (await stat(form.path)).size + tail.length;

  async function* body() {
    let sent = 0;
    for await (const chunk of parts(head, form.path, tail)) {
      yield chunk;
      // Asked for more, so the connection has taken this.
      sent += chunk.length;
      onProgress(sent, total);
    }
  }

  const { request } = url.startsWith('https:') ? https : http;
  const upload = request(`${url}${PATH}`, {
    method: 'POST',
    agent: false,
    timeout: api.timeoutMs,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': total,
    },
  });
  const silence = new Promise<never>((_resolve, reject) => {
    upload.once('timeout', () => reject(new DOMException('the upload stands still', 'TimeoutError')));
  });
  try {
    const answered = answerTo(upload);
    // A refusal may come before the end of the body; what then becomes of the rest does not matter.
    pipeline(body, upload).catch(() => {});
    return await Promise.race([answered, silence]);
  } catch (error) {
    throw new Away(url, error);
  } finally {
    upload.destroy();
  }
}

async function answerTo(upload: ClientRequest): Promise<Answer> {
  const [response] = (await once(upload, 'response')) as [IncomingMessage];
  const requestId = response.headers['x-request-id'];
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    requestId: typeof requestId === 'string' ? requestId : undefined,
    body: await text(response),
  };
}

function formHead({ title, filename, isPublic }: UploadForm, boundary: string): string {
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const type = filename.endsWith('.mov') ? 'video/quicktime' : 'video/mp4';
  return (
    field('title', title) +
    field('is_public', String(isPublic)) +
    `--${boundary}\r\ncontent-disposition: form-data; name="video_file"; filename="${filename}"\r\n` +
    `content-type: ${type}\r\n\r\n`
  );
}

async function* parts(head: Buffer, path: string, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  yield* createReadStream(path);
  yield tail;
}
