import { useEffect, useId, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/sharing';
import { ShareIcon, WhatsappIcon } from '../components/icons.tsx';

interface ShareButtonsProps {
  url: string;
  /** Goes before the link. */
  text: string;
}

/** WhatsApp first, as a link that works without a script; then what the phone itself offers, or to copy the link. */
export default function ShareButtons({ url, text }: ShareButtonsProps) {
  const [canShare, setCanShare] = useState(false);
  const [copied, setCopied] = useState<'yes' | 'refused'>();
  useEffect(() => setCanShare('share' in navigator), []);

  async function copy() {
    try {
      // Not there where the page came without encryption.
      await navigator.clipboard.writeText(url);
      setCopied('yes');
    } catch {
      setCopied('refused');
    }
  }

  return (
    <div class="row">
      <a
        class="button button-small"
        href={`https://wa.me/?text=${encodeURIComponent(`${text} ${url}`)}`}
        target="_blank"
        rel="noopener"
      >
        <WhatsappIcon />
        {texts.whatsapp}
      </a>
      {canShare ? (
        <button
          type="button"
          class="button button-plain button-small"
          onClick={() => navigator.share({ text, url }).catch(() => {})}
        >
          <ShareIcon />
          {texts.share}
        </button>
      ) : (
        <button type="button" class="button button-plain button-small needs-script" onClick={copy}>
          <ShareIcon />
          {copied === 'yes' ? texts.copied : texts.copyLink}
        </button>
      )}
      <span class="unseen" role="status">
        {copied === 'yes' && texts.copied}
      </span>
      {copied === 'refused' && <ByHand url={url} />}
    </div>
  );
}

/** The link, selected; who hears the page is told by the field's name. */
function ByHand({ url }: { url: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <div class="field link-field">
      <label for={id}>{texts.copyByHand}</label>
      <input class="input" id={id} ref={field} readonly value={url} />
    </div>
  );
}
