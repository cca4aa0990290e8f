import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Api, Away, answerOf, Refused } from './api.ts';
import type { UploadForm } from './upload.ts';

interface SignedPart {
  number: number;
  url: string;
}

interface UploadState {
  part_size: number;
  /** What is missing. */
  parts: SignedPart[];
}

const PATH = '/api/videos/uploads';
/** Parts that the store has lost, or has otherwise than reported, are all sent again this often. */
const MAX_ROUNDS = 3;

/** Announces a file. @returns the id of the video that it becomes */
export async function beginDirectUpload(
  api: Api,
  token: string,
  { path, filename, title, isPublic }: UploadForm,
): Promise<string> {
  const { size } = await stat(path);
  const json = { title, is_public: isPublic, size, filename };
  const expect = { status: 201 };
  return (await api.call<{ video_id: string }>('POST', PATH, { token, json, expect })).video_id;
}

/**
 * Puts what is missing of a file into the store, part by part, and completes it. When it breaks off, also because its
 * process dies, the same call goes on with the next part; of a finished upload it only answers.
 * @param onPart hears of each part that the service has noted
 */
export async function sendDirectUpload(
  api: Api,
  token: string,
  { videoId, path }: { videoId: string; path: string },
  onPart: (number: number) => void = () => {},
): Promise<void> {
  await using file = await open(path);
  for (let round = 1; ; round++) {
    const state = await findUpload(api, token, videoId);
    for (const part of state?.parts ?? []) {
      const etag = await putPart(api, part, await readPart(file, part.number, state?.part_size ?? 0));
      await api.call('PUT', `${PATH}/${videoId}/parts/${part.number}`, {
        ...{ token, json: { etag }, expect: { status: 204 } },
      });
      onPart(part.number);
    }
    try {
      const expect = { status: 201, body: { task_id: videoId } };
      return void (await api.call('POST', `${PATH}/${videoId}/complete`, { token, expect }));
    } catch (error) {
      if (!isRefusal(error, 'parts_missing') || round === MAX_ROUNDS) throw error;
    }
  }
}

/** undefined when it was completed. */
async function findUpload(api: Api, token: string, videoId: string): Promise<UploadState | undefined> {
  try {
    return await api.call<UploadState>('GET', `${PATH}/${videoId}`, { token });
  } catch (error) {
    if (isRefusal(error, 'upload_completed')) return undefined;
    throw error;
  }
}

const isRefusal = (error: unknown, code: string) => error instanceof Refused && error.code === code;

async function readPart(
  file: FileHandle,
  number: number,
  partSize: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const part = new Uint8Array(partSize);
  const { bytesRead } = await file.read(part, 0, partSize, (number - 1) * partSize);
  return part.subarray(0, bytesRead);
}

async function putPart(
  api: Api,
  { url, number }: SignedPart,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const signal = AbortSignal.timeout(api.timeoutMs);
  const answer = await fetch(url, { method: 'PUT', body, signal }).catch((error) => {
    throw new Away(new URL(url).origin, error);
  });
  const etag = answer.headers.get('etag');
  if (!answer.ok || !etag) throw new Refused(`PUT of part ${number}`, {}, await answerOf(answer));
  await answer.body?.cancel();
  return etag;
}
