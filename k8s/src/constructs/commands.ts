import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { type Expression, itemsOf, not, type Templated, text } from '../template/placeholders.ts';
import type { HttpServiceValues, values } from '../values.ts';
import { labels, metadata, named } from './names.ts';
import { ProgramPolicy, type Reach } from './network-policy.ts';
import { type SecretFile, taskPod } from './pod.ts';

export interface CommandsProps {
  /** The service whose they are: its image, its account, its configuration. */
  readonly of: string;
  readonly values: HttpServiceValues & { readonly commands: typeof values.videos.commands };
  readonly databaseSecrets: readonly SecretFile[];
  readonly reaches: Reach;
}

interface Timing {
  readonly schedule: string | Expression<string>;
  readonly suspend: boolean | Expression;
  readonly startingDeadlineSeconds?: number;
  readonly retries?: number;
}

type Env = Templated<k8s.EnvVar>[];

/** When somebody asks for them: kubectl create job --from=cronjob/… */
const onDemand = ['audit', 'redrive', 'requeue'];

/** What a service's image does beside serving, in pods of their own: no Service may send them requests. */
export class Commands extends Construct {
  readonly #name: string;
  readonly #props: CommandsProps;

  constructor(scope: Construct, name: string, props: CommandsProps) {
    super(scope, name);
    this.#name = name;
    this.#props = props;
    const { cleanUp } = props.values.commands;
    this.#cronJob('clean-up', {
      schedule: cleanUp.schedule,
      suspend: not(cleanUp.enabled),
      env: [{ name: 'ABANDONED_HOURS', value: text`${cleanUp.abandonedHours}` }],
      // More than a hundred missed starts, and Kubernetes would start it no more.
      startingDeadlineSeconds: 600,
      retries: 2,
    });
    for (const command of onDemand) this.#cronJob(command, { schedule: '@yearly', suspend: true });
    new ProgramPolicy(this, name, { reach: props.reaches });
  }

  #cronJob(command: string, { env = [], retries = 0, ...timing }: Timing & { env?: Env }): void {
    new KubeObject<k8s.KubeCronJobProps>(this, command, k8s.KubeCronJob.GVK, {
      metadata: metadata(this.#name, command),
      spec: {
        ...timing,
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels: labels(this.#name) },
          spec: {
            backoffLimit: retries,
            // One that hangs would keep the next away for good.
            activeDeadlineSeconds: 3000,
            ttlSecondsAfterFinished: 86_400,
            template: {
              metadata: {
                labels: labels(this.#name, this.#props.values.podLabels),
                annotations: this.#props.values.commands.podAnnotations,
              },
              spec: this.#pod(command, env),
            },
          },
        },
      },
    });
  }

  #pod(command: string, env: Env): Templated<k8s.PodSpec> {
    const { of, values: v, databaseSecrets } = this.#props;
    return taskPod({
      account: of,
      values: v,
      name: command,
      program: `services/${of}/src/commands/${command}.ts`,
      container: {
        envFrom: [{ configMapRef: { name: named(of) } }, ...itemsOf(v.extraEnvFrom)],
        env: env.length > 0 ? [...env, ...itemsOf(v.extraEnv)] : v.extraEnv,
        resources: v.commands.resources,
      },
      databaseSecrets,
      extraVolumeMounts: v.extraVolumeMounts,
      extraVolumes: v.extraVolumes,
    });
  }
}
