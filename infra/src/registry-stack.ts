import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { type Environment, nameOf } from './environment.ts';
import { output } from './stack-output.ts';

/** What `scripts/release` pushes. */
export const REPOSITORIES = [
  'rising-stars-auth',
  'rising-stars-videos',
  'rising-stars-votes',
  'rising-stars-portal',
  'rising-stars-transcoder',
  'rising-stars-toolbox',
  'charts/rising-stars',
] as const;

const GITHUB = 'token.actions.githubusercontent.com';

/** Where images and the chart are kept, and who may put them there. */
export class RegistryStack extends Stack {
  readonly repositories: readonly ecr.Repository[];
  /** What CI becomes, for images and for releases of the chart; nothing of the account itself. */
  readonly deployRole: iam.Role;

  constructor(scope: Construct, id: string, environment: Environment, props: StackProps) {
    super(scope, id, props);
    this.repositories = REPOSITORIES.map((name) => this.#makeRepository(environment, name));
    this.deployRole = this.#makeDeployRole(environment);

    output(this, 'Registry', `${this.account}.dkr.ecr.${this.region}.${this.urlSuffix}/${environment.name}`);
    output(this, 'DeployRole', this.deployRole.roleArn);
  }

  #makeRepository({ name: environmentName }: Environment, name: string): ecr.Repository {
    return new ecr.Repository(this, name.replace('/', '-'), {
      repositoryName: `${environmentName}/${name}`,
      // What was tested is what runs.
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: ecr.RepositoryEncryption.AES_256,
      lifecycleRules: [
        { rulePriority: 1, tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) },
        // Signatures and bills of materials are images too: some thirty releases.
        { rulePriority: 2, tagStatus: ecr.TagStatus.ANY, maxImageCount: 100 },
      ],
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
    });
  }

  #makeDeployRole({ name, ci }: Environment): iam.Role {
    const provider = ci.providerExists
      ? iam.OidcProviderNative.fromOidcProviderArn(
          this,
          'github',
          this.formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: GITHUB }),
        )
      : new iam.OidcProviderNative(this, 'github', {
          url: `https://${GITHUB}`,
          clientIds: ['sts.amazonaws.com'],
        });
    const role = new iam.Role(this, 'deploy', {
      roleName: `${nameOf({ name })}-deploy`,
      description: 'CI: pushes images, installs the chart',
      maxSessionDuration: Duration.hours(2),
      assumedBy: new iam.WebIdentityPrincipal(provider.oidcProviderArn, {
        StringEquals: {
          [`${GITHUB}:aud`]: 'sts.amazonaws.com',
          [`${GITHUB}:sub`]: `repo:${ci.repository}:environment:${ci.environment}`,
        },
      }),
    });
    for (const repository of this.repositories) repository.grantPullPush(role);
    acknowledgeWildcards(role, ['*'], 'A login at the registry knows of no resources.');
    return role;
  }
}
