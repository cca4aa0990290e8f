/** S3 takes no part below 5 MiB but the last. */
export const PART_BYTES = 5 * 1024 * 1024;
const MAX_KEPT = 16;

const kept: Buffer[] = [];

/** Room for one part. Kept and lent again: left to the garbage collector, a busy minute would pile up hundreds of MB. */
export const lendPartBuffer = (): Buffer => kept.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);

export function returnPartBuffer(buffer: Buffer): void {
  if (kept.length < MAX_KEPT) kept.push(buffer);
}
