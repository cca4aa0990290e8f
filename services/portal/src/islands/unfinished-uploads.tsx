import * as texts from '#texts/upload';
import { useUnfinishedUploads } from '../client/unfinished-uploads.ts';
import { NotLoaded } from '../components/not-loaded.tsx';
import { Unfinished } from '../components/upload/unfinished.tsx';

/** What broke off, with the way to where it goes on. */
export default function UnfinishedUploads() {
  const { uploads, problem, retry, discard } = useUnfinishedUploads();
  if (problem !== undefined && !uploads)
    return <NotLoaded what={texts.unfinishedUnknown} problem={problem} onRetry={retry} />;
  return <Unfinished uploads={uploads ?? []} onDiscard={discard} />;
}
