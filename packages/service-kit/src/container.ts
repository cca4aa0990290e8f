/** Bytes of a file's head that `isMovie` needs. */
export const HEAD_BYTES = 12;

// A file of the MP4/QuickTime family begins with one of these boxes; old QuickTime files have no `ftyp`.
const firstBoxes = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
// The same container also holds still pictures and sound alone.
const otherBrands = /^(heic|heix|hevc|heim|heis|mif1|msf1|avif|avis|M4A |M4B |M4P |crx )$/;

/** Whether a file is MP4 or QuickTime by its first bytes, whatever it is called. */
export function isMovie(head: Uint8Array): boolean {
  if (head.length < HEAD_BYTES) return false;
  const ascii = (from: number) => String.fromCharCode(...head.subarray(from, from + 4));
  const box = ascii(4);
  return firstBoxes.has(box) && !(box === 'ftyp' && otherBrands.test(ascii(8)));
}
