import type { ObjectStore } from '@anb/service-kit/objects';
import type { Dependencies } from './app.ts';
import { beginEnding, type EndingUpload, forgetUpload } from './store/uploads.ts';

/**
 * Lets go of an upload and all it stored.
 * @returns false when it was ended or has become a video meanwhile
 */
export async function endUpload(
  { sql, objects }: Pick<Dependencies, 'sql' | 'objects'>,
  videoId: string,
): Promise<boolean> {
  const upload = await beginEnding(sql, videoId);
  if (!upload) return false;
  await letGo(objects, upload);
  await forgetUpload(sql, videoId);
  return true;
}

/** Parts first: when they are gone no completion under way can make an object of them any more. */
export async function letGo(objects: ObjectStore, { object_key, upload_id }: EndingUpload): Promise<void> {
  if (upload_id !== null) await objects.abortMultipart(object_key, upload_id);
  await objects.deleteAll(object_key);
}
