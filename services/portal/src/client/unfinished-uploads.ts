import type { UnfinishedUpload } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { currentRole, watchRole } from './person.ts';
import { forgetFile } from './same-file.ts';
import { call } from './session.ts';
import { UPLOADS } from './upload.ts';

/** Of who is signed in; nobody is asked to, and where it can not be told there are none. undefined: not known yet. */
export function useUnfinishedUploads() {
  const [uploads, setUploads] = useState<readonly UnfinishedUpload[]>();
  useEffect(() => {
    const load = () => {
      if (!currentRole()) return setUploads([]);
      call<UnfinishedUpload[]>('GET', UPLOADS, { reason: 'unasked' }).then(setUploads, () => setUploads([]));
    };
    load();
    return watchRole(load);
  }, []);
  const discard = async ({ video_id }: UnfinishedUpload) => {
    await cancelUpload(video_id);
    setUploads((all) => all?.filter((other) => other.video_id !== video_id));
  };
  return { uploads, discard };
}

/** What has arrived of it is deleted. @throws Refusal, Offline, NotSignedIn */
export async function cancelUpload(videoId: string): Promise<void> {
  await call('DELETE', `${UPLOADS}/${videoId}`);
  forgetFile(videoId);
}

/** Bytes of the parts that were reported. */
export const arrivedBytes = ({ size, part_size, received }: UnfinishedUpload) =>
  received.reduce((sum, number) => sum + Math.min(part_size, size - (number - 1) * part_size), 0);
