interface PosterProps {
  src: string;
  isFirst?: boolean;
}

/** Beside words that say whose it is. */
export function Poster({ src, isFirst = false }: PosterProps) {
  return (
    <img
      class="poster"
      src={src}
      alt=""
      width={1280}
      height={720}
      decoding="async"
      {...(isFirst ? { fetchpriority: 'high' as const } : { loading: 'lazy' as const })}
    />
  );
}
