import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { ImportRefused } from './refused.ts';

/**
 * A file's text as it is read, without its byte order mark.
 * @throws ImportRefused when it is not there, or not UTF-8: read as if it were, every accent would be lost
 */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new ImportRefused(`${path} is not UTF-8. Convert it: iconv -f WINDOWS-1252 -t UTF-8`);
    }
    throw unreadable(error, path);
  }
}

/** Its lines, those of a chunk at a time. Only \n ends one: other marks of a line's end may stand in a text. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of readText(path)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map(withoutReturn);
  }
  if (rest) yield [withoutReturn(rest)];
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Its first five characters, whatever it holds. */
export async function startOf(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch (error) {
    throw unreadable(error, path);
  }
}

function unreadable(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isFile = ['ENOENT', 'EACCES', 'EISDIR'].includes(code);
  return isFile ? new ImportRefused(`${path} can not be read: ${message}`) : error;
}
