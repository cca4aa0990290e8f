import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { Domain } from './environment.ts';

/** The zone that the environment names; it is there already, for its name servers are entered at the registrar. */
export const zoneOf = (scope: Construct, { hostedZone }: Domain): route53.IHostedZone =>
  route53.HostedZone.fromHostedZoneAttributes(scope, 'zone', {
    hostedZoneId: hostedZone.id,
    zoneName: hostedZone.name,
  });
