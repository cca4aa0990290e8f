import { useEffect, useState } from 'preact/hooks';
import { useUnfinishedUploads } from '../client/unfinished-uploads.ts';
import type { SentFile } from '../client/use-upload.ts';
import { Arrived } from '../components/upload/arrived.tsx';
import { Sending } from '../components/upload/sending.tsx';
import { Unfinished } from '../components/upload/unfinished.tsx';
import { UploadForm } from '../components/upload/upload-form.tsx';

type Step =
  | { name: 'choosing' }
  | { name: 'sending'; upload: SentFile }
  | { name: 'arrived'; videoId: string };

/** From a file on a phone to a clip that can be shared. Whose video has arrived stands in the address. */
export default function Upload({ maxMegabytes }: { maxMegabytes: number }) {
  const [step, setStep] = useState<Step>({ name: 'choosing' });
  useEffect(() => {
    const videoId = new URLSearchParams(location.search).get('video');
    if (videoId) setStep({ name: 'arrived', videoId });
  }, []);

  const send = (upload: SentFile) => setStep({ name: 'sending', upload });
  function arrive(videoId: string) {
    history.replaceState(null, '', `/subir?video=${videoId}`);
    setStep({ name: 'arrived', videoId });
  }

  if (step.name === 'choosing') return <Choosing maxMegabytes={maxMegabytes} onBegun={send} />;
  if (step.name === 'arrived') return <Arrived videoId={step.videoId} />;
  return (
    <Sending
      upload={step.upload}
      onDone={() => arrive(step.upload.videoId)}
      onCancelled={() => setStep({ name: 'choosing' })}
    />
  );
}

function Choosing({ maxMegabytes, onBegun }: { maxMegabytes: number; onBegun: (upload: SentFile) => void }) {
  const { uploads, discard } = useUnfinishedUploads();
  return (
    <>
      <Unfinished uploads={uploads} onGoOn={onBegun} onDiscard={discard} />
      <UploadForm maxMegabytes={maxMegabytes} onBegun={onBegun} />
    </>
  );
}
