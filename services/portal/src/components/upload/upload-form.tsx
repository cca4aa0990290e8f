import type { UploadState } from '@anb/api-client/contract';
import { useRef, useState } from 'preact/hooks';
import * as texts from '#texts/upload';
import { Refusal } from '../../client/api.ts';
import { checkClip } from '../../client/clip-check.ts';
import { describeProblem } from '../../client/describe-problem.ts';
import { rememberFile } from '../../client/same-file.ts';
import { call, NotSignedIn } from '../../client/session.ts';
import { UPLOADS } from '../../client/upload.ts';
import type { SentFile } from '../../client/use-upload.ts';
import type { ContestState } from '../../contest-state.ts';
import { Notice } from '../feedback.tsx';
import { type Clip, ClipPicker } from './clip-picker.tsx';
import { isTitle, TitleField } from './title-field.tsx';
import { VisibilityField } from './visibility-field.tsx';

interface UploadFormProps {
  maxMegabytes: number;
  contest: ContestState;
  onBegun: (upload: SentFile) => void;
}

interface Problems {
  file?: string;
  title?: string;
  form?: string;
}

/** As the transcoder has it; what is longer is cut. */
const MIN_SECONDS = 0.5;
export const SHOWN_SECONDS = 30;

export function UploadForm({ maxMegabytes, contest, onBegun }: UploadFormProps) {
  const [clip, setClip] = useState<Clip>();
  const [problems, setProblems] = useState<Problems>({});
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const picked = useRef<Promise<Picked>>(Promise.resolve({}));

  function pick(files: readonly File[]) {
    const looking = look(files, maxMegabytes);
    picked.current = looking;
    void looking.then(({ file, problem }) => {
      // Another one was chosen while this one was looked at.
      if (picked.current !== looking) return;
      setProblems(({ file: _, ...others }) => (problem ? { ...others, file: problem } : others));
      setClip(file && { file });
    });
  }

  function typed(title: string) {
    if (problems.title && isTitle(title)) setProblems(({ title: _, ...others }) => others);
  }

  function measured(seconds: number) {
    if (!clip || !Number.isFinite(seconds)) return;
    setClip({ ...clip, seconds });
    if (seconds < MIN_SECONDS) setProblems({ ...problems, file: texts.fileProblems.too_short });
  }

  async function submit(event: Event) {
    event.preventDefault();
    if (isBusy || !form.current) return;
    setBusy(true);
    const data = new FormData(form.current);
    const title = String(data.get('title')).trim();
    const { file, problem = file ? shortness(file) : texts.fileProblems.missing } = await picked.current;
    const found = { ...(problem && { file: problem }), ...(!isTitle(title) && { title: texts.nameProblem }) };
    if (!file || found.file || found.title) return refuse(found);
    try {
      onBegun(await begin(file, title, data.get('visibility') === 'public'));
    } catch (error) {
      refuse(error instanceof NotSignedIn ? {} : problemsOf(error, file, maxMegabytes));
    }
  }

  /** As it was measured, once it was. */
  const shortness = (file: File) =>
    clip?.file === file && clip.seconds !== undefined && clip.seconds < MIN_SECONDS
      ? texts.fileProblems.too_short
      : undefined;

  function refuse(found: Problems) {
    setBusy(false);
    setProblems(found);
    if (form.current) focusFirst(form.current, found);
  }

  return (
    // Before its script is there the page stays, with all that was chosen.
    <form class="stack" method="dialog" ref={form} onSubmit={submit} noValidate>
      <ClipPicker clip={clip} problem={problems.file} onPick={pick} onMeasured={measured} />
      {clip?.seconds !== undefined && clip.seconds > SHOWN_SECONDS && (
        <Notice>{texts.longClip(clip.seconds)}</Notice>
      )}
      <TitleField problem={problems.title} onInput={typed} />
      <VisibilityField contest={contest} />
      {problems.form && (
        <Notice kind="bad" isAlert>
          {problems.form}
        </Notice>
      )}
      <button type="submit" class="button button-wide needs-script" aria-disabled={isBusy}>
        {isBusy ? texts.starting : texts.submit}
      </button>
    </form>
  );
}

/** What was chosen last: a file that can be sent, or what is wrong with it; nothing so far. */
interface Picked {
  file?: File;
  problem?: string;
}

async function look(files: readonly File[], maxMegabytes: number): Promise<Picked> {
  const [file] = files;
  if (!file || files.length > 1) return { problem: texts.fileProblems.several };
  const problem = await checkClip(file, maxMegabytes * 1024 * 1024);
  if (!problem) return { file };
  const tooLarge = problem === 'too_large';
  return { problem: tooLarge ? texts.tooLarge(file.size, maxMegabytes) : texts.fileProblems[problem] };
}

async function begin(file: File, title: string, isPublic: boolean): Promise<SentFile> {
  const json = { title, is_public: isPublic, size: file.size, filename: file.name.slice(0, 255) || 'video' };
  const { video_id } = await call<Pick<UploadState, 'video_id'>>('POST', UPLOADS, { json, reason: 'upload' });
  await rememberFile(video_id, file);
  return { videoId: video_id, title, file };
}

/** Where it has to be mended. */
function problemsOf(error: unknown, file: File, maxMegabytes: number): Problems {
  if (error instanceof Refusal) {
    if (error.code === 'too_large') return { file: texts.tooLarge(file.size, maxMegabytes) };
    if (error.details.some(({ field }) => field === 'title')) return { title: texts.nameProblem };
  }
  return { form: describeProblem(error) };
}

function focusFirst(form: HTMLFormElement, problems: Problems): void {
  const field = problems.file ? 'input[type=file]' : problems.title ? 'input[name=title]' : undefined;
  if (field) form.querySelector<HTMLInputElement>(field)?.focus();
}
