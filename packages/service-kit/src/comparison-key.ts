/**
 * The form under which a text is compared: without case, accents and punctuation,
 * so that `Bogotá D.C.`, `bogota dc` and `BOGOTÁ, D.C.` are one.
 */
export function comparisonKey(text: string): string {
  const key = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('.', '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  // A text of punctuation alone is still a text, different from another one.
  return key || text.trim().toLowerCase();
}
