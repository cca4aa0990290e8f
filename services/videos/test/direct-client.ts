import type { Player } from '@anb/testing/players';
import type { Videos } from './setup.ts';

export const PART = 8 * 1024 * 1024;

export interface BegunUpload {
  video_id: string;
  part_size: number;
  parts: { number: number; url: string }[];
}

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the service said; tests compare it
  body: any;
}

/** A player's client of direct uploads, at the service's app or at another one. */
export function directClient(player: Player, app: Videos['app']) {
  async function call(method: string, path: string, json?: unknown): Promise<Answer> {
    const answer = await app.request(`/api/videos${path}`, {
      method,
      headers: {
        authorization: player.authorization,
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  }
  const announce = (size: number, more: object = {}) =>
    call('POST', '/uploads', { title: 'Mi mejor jugada', size, filename: 'clip.mp4', ...more });
  const report = (id: string, number: number, etag: string) =>
    call('PUT', `/uploads/${id}/parts/${number}`, { etag });
  return {
    call,
    announce,
    report,
    begin: async (size: number, more: object = {}): Promise<BegunUpload> => {
      const { status, body } = await announce(size, more);
      if (status !== 201) throw new Error(`not begun: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    /** Puts parts of a file to their addresses and reports them, in the order given. */
    sendParts: async (
      { video_id, parts }: BegunUpload,
      file: Buffer,
      numbers = parts.map((p) => p.number),
    ) => {
      const etags: string[] = [];
      for (const number of numbers) {
        const etag = await putPart(
          parts.find((part) => part.number === number)?.url ?? '',
          partOf(file, number),
        );
        const { status } = await report(video_id, number, etag);
        if (status !== 204) throw new Error(`part ${number} not noted: ${status}`);
        etags.push(etag);
      }
      return etags;
    },
    find: (id: string) => call('GET', `/uploads/${id}`),
    list: () => call('GET', '/uploads'),
    complete: (id: string) => call('POST', `/uploads/${id}/complete`),
    cancel: (id: string) => call('DELETE', `/uploads/${id}`),
  };
}

export const partOf = (file: Buffer, number: number) => file.subarray((number - 1) * PART, number * PART);

/** @returns its ETag, as the store says it */
export async function putPart(url: string, bytes: Buffer): Promise<string> {
  const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  const etag = answer.headers.get('etag');
  if (!answer.ok || !etag) throw new Error(`the store answered ${answer.status}: ${await answer.text()}`);
  return etag;
}
