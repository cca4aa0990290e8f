interface PlayerProps {
  src: string | undefined;
  poster: string | undefined;
  /** What it is called, for who hears the page. */
  label: string;
}

const SIZE = { width: 1280, height: 720 };

/** A showcase clip; nobody speaks in it, so there are no captions. */
export function Player({ src, poster, label }: PlayerProps) {
  return (
    <video
      class="player"
      controls
      playsinline
      preload="metadata"
      aria-label={label}
      {...{ src, poster }}
      {...SIZE}
    />
  );
}
