import { Stack, type StackProps } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import type { Environment } from './environment.ts';
import { zoneOf } from './hosted-zone.ts';
import { MailSender } from './mail-sender.ts';
import { output } from './stack-output.ts';
import { WebAcl } from './web-acl.ts';

/** What the world meets first: names, certificates, the web ACL, and who mails it. */
export class EdgeStack extends Stack {
  readonly mediaCertificate: acm.ICertificate;
  readonly portalCertificate: acm.ICertificate;
  readonly webAcl: WebAcl;
  readonly mail: MailSender;

  constructor(scope: Construct, id: string, environment: Environment, props: StackProps) {
    super(scope, id, props);
    const { domain } = environment;
    const zone = zoneOf(this, domain);
    const certificate = (name: string, domainName: string) =>
      new acm.Certificate(this, name, {
        domainName,
        validation: acm.CertificateValidation.fromDns(zone),
        keyAlgorithm: acm.KeyAlgorithm.EC_PRIME256V1,
      });
    this.portalCertificate = certificate('portal-certificate', domain.portal);
    this.mediaCertificate = certificate('media-certificate', domain.media);
    this.webAcl = new WebAcl(this, 'web-acl', environment);
    this.mail = new MailSender(this, 'mail', environment, zone);

    output(this, 'PublicUrl', `https://${domain.portal}`);
    output(this, 'HostedZoneId', domain.hostedZone.id);
    output(this, 'HostedZoneName', domain.hostedZone.name);
    output(this, 'PortalCertificate', this.portalCertificate.certificateArn);
    output(this, 'WebAcl', this.webAcl.arn);
    output(this, 'MailHost', this.mail.host);
    output(this, 'MailUsername', this.mail.username);
    output(this, 'MailFrom', this.mail.from);
    output(this, 'MailSecret', this.mail.password.secretArn);
    output(this, 'MailAccessKeySecret', this.mail.accessKey.secretArn);
  }
}
