import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type Environment, nameOf } from './environment.ts';

/** One more, and the next deployment makes another access key: docs/infrastructure.md. */
const KEY_SERIAL = 1;

/** SES for the domain, signed by DKIM, and the one who may send by it. */
export class MailSender extends Construct {
  readonly host: string;
  readonly from: string;
  /** The id of an access key: what SES' SMTP takes for a name. */
  readonly username: string;
  /** The key's other half, of which `npm run infra:secrets` makes the password. */
  readonly accessKey: secretsmanager.Secret;
  readonly password: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, environment: Environment, zone: route53.IHostedZone) {
    super(scope, id);
    const { name } = environment;
    const { region } = Stack.of(this);
    const address = `no-reply@${zone.zoneName}`;
    this.host = `email-smtp.${region}.amazonaws.com`;
    this.from = `ANB Rising Stars <${address}>`;
    const identity = new ses.EmailIdentity(this, 'identity', {
      identity: ses.Identity.publicHostedZone(zone),
      mailFromDomain: `bounce.${zone.zoneName}`,
    });
    // Mail that only pretends to be ours is set aside; large mailboxes take little from who does not say so.
    new route53.TxtRecord(this, 'dmarc', {
      zone,
      recordName: `_dmarc.${zone.zoneName}`,
      values: ['v=DMARC1; p=quarantine; adkim=s'],
    });

    const user = new iam.User(this, 'user', { userName: `${nameOf(environment)}-smtp` });
    const group = new iam.Group(this, 'senders', { groupName: `${nameOf(environment)}-smtp` });
    user.addToGroup(group);
    group.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ses:SendRawEmail'],
        resources: [identity.emailIdentityArn],
        conditions: { StringEquals: { 'ses:FromAddress': address } },
      }),
    );
    const key = new iam.AccessKey(this, 'key', { user, serial: KEY_SERIAL });
    this.username = key.accessKeyId;
    this.accessKey = new secretsmanager.Secret(this, 'access-key', {
      secretName: `rising-stars/${name}/smtp-access-key`,
      description: 'Access key of which the SMTP password is made',
      secretStringValue: key.secretAccessKey,
    });
    const password = new secretsmanager.CfnSecret(this, 'password', {
      name: `rising-stars/${name}/smtp`,
      description: 'Password of the mail server',
    });
    this.password = secretsmanager.Secret.fromSecretCompleteArn(this, 'password-secret', password.ref);
    for (const secret of [this.accessKey, password]) {
      acknowledge(secret, 'SMG4', 'It changes with its access key, which docs/infrastructure.md renews.');
    }
  }
}
