import { useUnfinishedUploads } from '../client/unfinished-uploads.ts';
import { Unfinished } from '../components/upload/unfinished.tsx';

/** What broke off, with the way to where it goes on. */
export default function UnfinishedUploads() {
  const { uploads = [], discard } = useUnfinishedUploads();
  return <Unfinished uploads={uploads} onDiscard={discard} />;
}
