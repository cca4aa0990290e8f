import { thumbnailOf } from '../thumbnail.ts';

interface PosterProps {
  /** Of the poster, in place of which its thumbnail is shown. */
  src: string;
  isFirst?: boolean;
}

/** In lists, beside words that say whose it is. */
export function Poster({ src, isFirst = false }: PosterProps) {
  return (
    <img
      class="poster"
      src={thumbnailOf(src)}
      alt=""
      width={480}
      height={270}
      decoding="async"
      {...(isFirst ? { fetchpriority: 'high' as const } : { loading: 'lazy' as const })}
    />
  );
}
