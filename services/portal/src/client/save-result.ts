import { address } from '../query.ts';
import { open } from './session.ts';

export type Format = 'csv' | 'json';

/** How the file compares with the published checksum, where that is of such a file and the browser can tell. */
export type Check = 'matches' | 'differs' | 'unchecked';

const PATIENCE_MS = 120_000;

/** Saves a result as a file: the request needs the token, so that no link can do it. */
export async function saveResult(format: Format, version: number | null) {
  const path = address('/api/admin/results', { format, version: version ?? undefined });
  const answer = await open(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const file = await answer.blob();
  const name = nameOf(answer) ?? `${version === null ? 'provisional' : `result-${version}`}.${format}`;
  offer(file, name);
  const published = answer.headers.get('x-result-checksum');
  return { name, check: format === 'csv' ? await compare(file, published) : ('unchecked' as const) };
}

const nameOf = (answer: Response) =>
  /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];

function offer(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE_MS);
}

async function compare(file: Blob, published: string | null): Promise<Check> {
  // Only pages that came by TLS, or from this machine, may.
  if (!published || !globalThis.crypto.subtle) return 'unchecked';
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  const hex = Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === published ? 'matches' : 'differs';
}
