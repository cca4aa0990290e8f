import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSigningKey, type SigningKey } from './signing-key.ts';

export interface KeyFolder {
  keys: SigningKey[];
  passedOver: { file: string; reason: string }[];
}

/**
 * Reads the files of a mounted Secret, each a private key. Names with a dot at their beginning are the kubelet's own.
 * @throws when a file goes while they are read: the kubelet is changing them
 */
export async function readKeyFolder(folder: string): Promise<KeyFolder> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found: KeyFolder = { keys: [], passedOver: [] };
  for (const file of names) {
    try {
      found.keys.push(await readSigningKey(await readFile(join(folder, file), 'utf8')));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw error;
      found.passedOver.push({ file, reason: message });
    }
  }
  return found;
}
