import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/videos';
import { ShareIcon } from '../components/icons.tsx';

interface ShareButtonsProps {
  url: string;
  /** Goes before the link. */
  text: string;
}

/** WhatsApp first, as a link that works without a script; then what the phone itself offers, or to copy the link. */
export default function ShareButtons({ url, text }: ShareButtonsProps) {
  const [canShare, setCanShare] = useState(false);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => setCanShare('share' in navigator), []);

  async function copy() {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  }

  return (
    <div class="row">
      <a
        class="button button-plain button-small"
        href={`https://wa.me/?text=${encodeURIComponent(`${text} ${url}`)}`}
        target="_blank"
        rel="noopener"
      >
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
          {isCopied ? texts.copied : texts.copyLink}
        </button>
      )}
      <span class="unseen" role="status">
        {isCopied && texts.copied}
      </span>
    </div>
  );
}
