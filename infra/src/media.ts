import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type Environment, nameOf } from './environment.ts';

/** Where the store keeps what everybody may see; originals and media of closed videos stand elsewhere. */
export const PUBLIC_PREFIX = 'media/';

interface MediaProps {
  certificate: acm.ICertificate;
  logBucket: s3.IBucket;
  isDisposable: boolean;
}

/** Known before it is made, so that a policy can name its folders. */
export const mediaBucketName = (environment: Pick<Environment, 'name'>) =>
  `${nameOf(environment)}-media-${Aws.ACCOUNT_ID}`;

/** The bucket of originals and clips, and the CDN that shows those of open videos. */
export class Media extends Construct {
  readonly bucket: s3.Bucket;
  readonly distribution: cloudfront.Distribution;

  constructor(scope: Construct, id: string, environment: Environment, props: MediaProps) {
    super(scope, id);
    this.bucket = this.#makeBucket(environment, props);
    this.distribution = this.#makeDistribution(environment, props);
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'ShowOpenVideos',
        principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects(`${PUBLIC_PREFIX}*`)],
        conditions: { StringEquals: { 'AWS:SourceArn': this.distribution.distributionArn } },
      }),
    );
  }

  #makeBucket({ name, domain, database }: Environment, { logBucket, isDisposable }: MediaProps): s3.Bucket {
    const bucket = new s3.Bucket(this, 'bucket', {
      bucketName: mediaBucketName({ name }),
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // What was deleted is kept as long as backups of the database are, which a restored one needs; not longer, for it was a person's wish.
      versioned: true,
      lifecycleRules: [
        {
          id: 'deleted',
          noncurrentVersionExpiration: Duration.days(database.backupDays),
          expiredObjectDeleteMarker: true,
        },
        // The clean-up ends them after a day, save those that it can not see.
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
        {
          id: 'originals',
          prefix: 'originals/',
          // Seldom read after the transcoding, at once when they are.
          transitions: [
            { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(30) },
          ],
        },
      ],
      // Players' browsers put the parts of a direct upload.
      cors: [
        {
          allowedOrigins: [`https://${domain.portal}`],
          allowedMethods: [s3.HttpMethods.PUT],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
      serverAccessLogsBucket: logBucket,
      serverAccessLogsPrefix: 'media-bucket/',
      // Save when it was never made whole, or the next attempt would find its name taken.
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      autoDeleteObjects: isDisposable,
    });
    // By the property itself: `eventBridgeEnabled` would bring a function that sets it.
    (bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  #makeDistribution(
    { name, domain }: Environment,
    { certificate, logBucket }: MediaProps,
  ): cloudfront.Distribution {
    const control = new cloudfront.S3OriginAccessControl(this, 'origin-access');
    const distribution = new cloudfront.Distribution(this, 'cdn', {
      comment: `Rising Stars, ${name}: clips and pictures of open videos`,
      domainNames: [domain.media],
      certificate,
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      // The cheaper classes leave South America out, where the public is.
      priceClass: cloudfront.PriceClass.PRICE_CLASS_ALL,
      defaultBehavior: {
        // Without a policy for the whole bucket: the one above is narrower.
        origin: S3BucketOrigin.withBucketDefaults(this.bucket, {
          originPath: `/${PUBLIC_PREFIX.slice(0, -1)}`,
          originAccessControlId: control.originAccessControlId,
        }),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: this.#makeHeaders(nameOf({ name })),
        // H.264 and JPEG do not get smaller.
        compress: false,
      },
      // S3 says 403 of what is not there. Soon asked again: a video may open at any moment.
      errorResponses: [{ httpStatus: 403, ttl: Duration.seconds(10) }],
      enableLogging: true,
      logBucket,
      logFilePrefix: 'cdn/',
      logIncludesCookies: false,
    });
    acknowledge(distribution, 'CFR1', 'The contest is open to the world: relatives abroad watch and vote.');
    acknowledge(
      distribution,
      'CFR2',
      'It answers GET and HEAD of fixed files of one bucket; there is nothing for a web ACL to filter.',
    );
    return distribution;
  }

  #makeHeaders(name: string): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'headers', {
      responseHeadersPolicyName: `${name}-media`,
      securityHeadersBehavior: {
        contentTypeOptions: { override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'Cross-Origin-Resource-Policy', value: 'cross-origin', override: true }],
      },
    });
  }
}
