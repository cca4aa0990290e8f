import { generateKeyPairSync } from 'node:crypto';
import { AwsRefusal, aws } from '../aws-cli.ts';
import { runCommand } from '../command.ts';
import { pick, readOutputs } from '../outputs.ts';
import { smtpPassword } from '../smtp-password.ts';

interface Secrets {
  /** Its value; undefined while it has none. */
  read: (id: string) => Promise<string | undefined>;
  write: (id: string, value: Record<string, string>) => Promise<void>;
}

await runCommand({
  name: 'secrets',
  usage: `npm run infra:secrets -- ENVIRONMENT [--outputs FILE]
  Fills what CloudFormation can not make: the first key that signs tokens, where there is none, and the password of the
  mail server, wherever it is not that of the present access key. No value is shown.
`,
  options: { outputs: { type: 'string' } },
  run: async (environment, words) => {
    const place = pick(await readOutputs(environment, words.outputs), {
      region: 'cluster.Region',
      signingKey: 'data.SigningKeySecret',
      accessKey: 'edge.MailAccessKeySecret',
      mail: 'edge.MailSecret',
    });
    const secrets = secretsIn(place.region);
    await fillSigningKey(secrets, place.signingKey);
    await fillMailPassword(secrets, place);
  },
});

async function fillSigningKey(secrets: Secrets, id: string): Promise<void> {
  if (await secrets.read(id)) return console.log('signing key: there is one, nothing done');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await secrets.write(id, { 'signing-key.pem': String(privateKey.export({ type: 'pkcs8', format: 'pem' })) });
  console.log('signing key: made');
}

async function fillMailPassword(
  secrets: Secrets,
  { accessKey, mail, region }: Record<'accessKey' | 'mail' | 'region', string>,
): Promise<void> {
  const key = await secrets.read(accessKey);
  if (!key) return console.log('mail: the access key has no value; deploy the edge stack again');
  const password = smtpPassword(key, region);
  const known = await secrets.read(mail);
  if (known && JSON.parse(known).password === password)
    return console.log('mail: the password is right, nothing done');
  await secrets.write(mail, { password });
  console.log('mail: password written');
}

function secretsIn(region: string): Secrets {
  return {
    read: async (id) => {
      try {
        const words = ['secretsmanager', 'get-secret-value', '--secret-id', id];
        return ((await aws(region, words)) as { SecretString?: string }).SecretString;
      } catch (error) {
        // Of a secret without a value too.
        if (error instanceof AwsRefusal && error.message.includes('ResourceNotFoundException'))
          return undefined;
        throw error;
      }
    },
    write: async (id, value) => {
      const words = [
        'secretsmanager',
        'put-secret-value',
        '--secret-id',
        id,
        '--secret-string',
        'file:///dev/stdin',
      ];
      await aws(region, words, JSON.stringify(value));
    },
  };
}
