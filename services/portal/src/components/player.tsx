interface PlayerProps {
  src: string | undefined;
  poster: string | undefined;
}

const SIZE = { width: 1280, height: 720 };

/** A showcase clip; nobody speaks in it, so there are no captions. */
export function Player({ src, poster }: PlayerProps) {
  return <video class="player" controls playsinline preload="metadata" {...{ src, poster }} {...SIZE} />;
}
