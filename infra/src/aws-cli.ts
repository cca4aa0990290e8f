import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Complaint } from './complaint.ts';

/**
 * What the AWS CLI answers, parsed. A secret goes in by its standard input, for other users of the machine see its arguments.
 * @throws Complaint
 */
export async function aws(region: string, words: readonly string[], input = ''): Promise<unknown> {
  const child = spawn('aws', [...words, '--region', region, '--output', 'json']);
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Complaint('the AWS CLI is missing: install version 2') : error;
    },
  );
  if (code !== 0) throw new AwsRefusal(`aws ${words.slice(0, 2).join(' ')}: ${stderr.trim()}`);
  return stdout ? JSON.parse(stdout) : undefined;
}

/** AWS' answer was an error; its message holds the error's code. */
export class AwsRefusal extends Complaint {}
