import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { both, type Expression } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { labels } from './names.ts';

const { externalSecrets: v, challenge, mail, secrets } = values;
const KIND = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' };

interface SecretValues {
  readonly existingSecret: Expression<string>;
  readonly remoteKey: Expression<string>;
}

/** Brings the secrets from AWS Secrets Manager under the names that the programs mount. */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct) {
    super(scope, 'external-secrets');
    const { master, signingKey, smtp, ...logins } = secrets;
    this.#bring('master', master, [master.usernameKey, master.passwordKey]);
    for (const [login, secret] of Object.entries(logins)) this.#bring(login, secret, [secret.passwordKey]);
    this.#bring('signing-key', signingKey);
    this.#bring('smtp', smtp, [smtp.passwordKey], both(v.enabled, mail.username));
    this.#bring('challenge', challenge, [challenge.key], both(v.enabled, challenge.verifyUrl));
  }

  /** The keys that are named; without them whatever the remote secret holds. */
  #bring(
    id: string,
    { existingSecret, remoteKey }: SecretValues,
    keys?: Expression<string>[],
    isNeeded: Expression = v.enabled,
  ): void {
    new KubeObject<IExternalSecret>(
      this,
      id,
      KIND,
      {
        metadata: {
          name: existingSecret,
          labels: labels('secrets'),
          annotations: {
            // The migration runs before the release's own objects exist, and needs them.
            'helm.sh/hook': 'pre-install,pre-upgrade',
            'helm.sh/hook-weight': '-10',
            'helm.sh/hook-delete-policy': 'before-hook-creation',
          },
        },
        spec: {
          refreshInterval: v.refreshInterval,
          secretStoreRef: { kind: v.store.kind, name: v.store.name },
          // The Secret stays while its ExternalSecret is made anew at an upgrade: pods have it mounted.
          target: { name: existingSecret, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
          ...(keys
            ? { data: keys.map((key) => ({ secretKey: key, remoteRef: { key: remoteKey, property: key } })) }
            : { dataFrom: [{ extract: { key: remoteKey } }] }),
        },
      },
      isNeeded,
    );
  }
}
