/** A place in an MP4 file. */
export interface Box {
  type: string;
  /** Of its size, the first of its bytes. */
  start: number;
  /** Of its payload. */
  body: number;
  end: number;
}

/** The boxes of a stretch of a file. */
export function boxesIn(file: Buffer, start = 0, end = file.length): Box[] {
  const found: Box[] = [];
  while (start + 8 <= end) {
    const size = file.readUInt32BE(start);
    const isLarge = size === 1;
    const length = isLarge ? Number(file.readBigUInt64BE(start + 8)) : size || end - start;
    const type = file.toString('latin1', start + 4, start + 8);
    found.push({ type, start, body: start + (isLarge ? 16 : 8), end: start + length });
    start += length;
  }
  return found;
}

/** The boxes at the end of a path such as `moov/trak/mdia`, in every branch. */
export function find(file: Buffer, path: string): Box[] {
  return path
    .split('/')
    .reduce<Box[]>(
      (parents, type) =>
        parents.flatMap(({ body, end }) => boxesIn(file, body, end).filter((box) => box.type === type)),
      [{ type: '', start: 0, body: 0, end: file.length }],
    );
}

export function first(file: Buffer, path: string): Box {
  const [box] = find(file, path);
  if (!box) throw new Error(`The clip has no ${path}`);
  return box;
}

export function box(type: string, ...contents: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    contents.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => void bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}

/**
 * Puts another box in the place of the first at a path and mends the sizes of those around it. The media must come
 * before `moov`, for places in it are counted from the file's start.
 */
export function replace(file: Buffer, path: string, replacement: (old: Buffer) => Buffer): Buffer {
  const { start, end } = first(file, path);
  const made = replacement(file.subarray(start, end));
  const changed = Buffer.concat([file.subarray(0, start), made, file.subarray(end)]);
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const parent = first(file, parts.slice(0, depth).join('/'));
    changed.writeUInt32BE(parent.end - parent.start + made.length - (end - start), parent.start);
  }
  return changed;
}

/** Writes numbers over a box's payload. */
export function overwrite(file: Buffer, path: string, offset: number, ...values: number[]): Buffer {
  const changed = Buffer.from(file);
  for (const { body } of find(file, path)) uint32(...values).copy(changed, body + offset);
  return changed;
}
