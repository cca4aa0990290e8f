import type { UnfinishedUpload } from '@anb/api-client/contract';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { currentRole, watchRole } from './person.ts';
import { forgetFile } from './same-file.ts';
import { call, NotSignedIn } from './session.ts';
import { UPLOADS } from './upload.ts';

/**
 * Of who is signed in. `uploads` undefined: not known yet, or there is a problem.
 * @param reason to ask somebody to sign in; 'unasked': nobody is, and without anybody there are none
 */
export function useUnfinishedUploads(reason: 'unasked' | 'upload' = 'unasked') {
  const [uploads, setUploads] = useState<readonly UnfinishedUpload[]>();
  const [problem, setProblem] = useState<unknown>();
  const load = useCallback(async (why: 'unasked' | 'upload') => {
    if (why === 'unasked' && !currentRole()) return setUploads([]);
    try {
      setUploads(await call<UnfinishedUpload[]>('GET', UPLOADS, { reason: why }));
      setProblem(undefined);
    } catch (error) {
      if (why === 'unasked' && error instanceof NotSignedIn) setUploads([]);
      else setProblem(error);
    }
  }, []);
  useEffect(() => {
    void load(reason);
    return watchRole(() => load('unasked'));
  }, [reason, load]);
  const discard = async ({ video_id }: UnfinishedUpload) => {
    await cancelUpload(video_id);
    setUploads((all) => all?.filter((other) => other.video_id !== video_id));
  };
  return { uploads, problem, retry: () => load('upload'), discard };
}

/** What has arrived of it is deleted. @throws Refusal, Offline, NotSignedIn */
export async function cancelUpload(videoId: string): Promise<void> {
  await call('DELETE', `${UPLOADS}/${videoId}`);
  forgetFile(videoId);
}

/** Bytes of the parts that were reported. */
export const arrivedBytes = ({ size, part_size, received }: UnfinishedUpload) =>
  received.reduce((sum, number) => sum + Math.min(part_size, size - (number - 1) * part_size), 0);
