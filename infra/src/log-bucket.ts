import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** How long access logs are kept: they name addresses of people, and are for looking into what has just happened. */
const KEPT = Duration.days(90);

/** Where load balancer, bucket, CDN and VPC write who came; nobody's program reads it. */
export class LogBucket extends s3.Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // Load balancers write to no other kind of encryption.
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // CloudFront's logs come with an access control list.
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [
        { id: 'expire', expiration: KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LoadBalancerLogs',
        principals: loadBalancerPrincipals(this.stack.region),
        actions: ['s3:PutObject'],
        resources: [this.arnForObjects(`AWSLogs/${this.stack.account}/*`)],
      }),
    );
    acknowledge(this, 'S1', 'It holds access logs; logs of their writing would be written here again.');
  }
}

/** In older regions an account of the load balancers writes their logs, in all others their service. */
function loadBalancerPrincipals(region: string): iam.IPrincipal[] {
  const account = RegionInfo.get(region).elbv2Account;
  const service = new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com');
  return account ? [new iam.AccountPrincipal(account), service] : [service];
}
