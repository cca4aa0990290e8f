import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/challenge';
import { Dialog } from '../components/dialog.tsx';
import { Notice } from '../components/feedback.tsx';
import type { Widget } from './challenge.ts';
import { type Once, once } from './once.ts';
import { openDialog } from './open-dialog.tsx';

/** What Turnstile, hCaptcha and reCAPTCHA put on the page, each under its name. */
interface Provider {
  render: (
    place: HTMLElement,
    options: { sitekey: string; callback: (response: string) => void; 'error-callback': () => void },
  ) => unknown;
}
const NAMES = ['turnstile', 'hcaptcha', 'grecaptcha'] as const;
const PATIENCE_MS = 15_000;

/** Has the provider's challenge solved. @returns its response; undefined when the person has closed it */
export const openChallenge = (widget: Widget): Promise<string | undefined> =>
  openDialog<string>((finish) => (
    <Dialog title={texts.title} onClose={() => finish()}>
      <Challenge widget={widget} onSolved={finish} />
    </Dialog>
  ));

function Challenge({ widget, onSolved }: { widget: Widget; onSolved: (response: string) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const fail = () => setFailed(true);
    loadProvider(widget.script).then(
      (provider) =>
        place.current &&
        provider.render(place.current, {
          sitekey: widget.siteKey,
          callback: onSolved,
          'error-callback': fail,
        }),
      fail,
    );
  }, [widget, onSolved]);
  return (
    <div class="stack">
      <p>{texts.lead}</p>
      <div class="challenge" ref={place} />
      {hasFailed && (
        <Notice kind="bad" isAlert>
          {texts.failed}
        </Notice>
      )}
    </div>
  );
}

let loaded: Once<Provider> | undefined;

function loadProvider(src: string): Promise<Provider> {
  loaded ??= once(() => load(src));
  return loaded();
}

/** Some are ready only a while after their script has run. */
async function load(src: string): Promise<Provider> {
  const until = Date.now() + PATIENCE_MS;
  await runScript(src);
  for (;;) {
    const found = NAMES.map((name) => (globalThis as unknown as Record<string, Provider>)[name]);
    const ready = found.find((provider) => provider?.render);
    if (ready) return ready;
    if (Date.now() > until) throw new Error(`${src} brings no widget`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function runScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src, async: true });
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${src} did not load`));
    };
    document.head.append(script);
  });
}
