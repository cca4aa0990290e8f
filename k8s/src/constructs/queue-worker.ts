import { ports } from '@anb/topology';
import type { IScaledObject, ITriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { type Expression, text, when } from '../template/placeholders.ts';
import { values, type WorkerValues } from '../values.ts';
import { PodMonitor } from './monitoring.ts';
import { metadata, named } from './names.ts';
import { ProgramPolicy, type Reach } from './network-policy.ts';
import { type Config, type SecretFile, TMP } from './pod.ts';
import { deploy } from './program.ts';

export interface QueueWorkerProps {
  readonly values: WorkerValues;
  readonly queueUrl: Expression<string>;
  readonly config: Config;
  readonly secretFiles: readonly SecretFile[];
  readonly reaches: Reach;
}

const keda = (kind: string) => ({ apiVersion: 'keda.sh/v1alpha1', kind });
const SCRATCH = '/scratch';

/** A program that takes jobs from a queue, scaled by KEDA on the queue's length. */
export class QueueWorker extends Construct {
  constructor(scope: Construct, name: string, props: QueueWorkerProps) {
    super(scope, name);
    const { values: v } = props;
    const pod = {
      name,
      values: v,
      config: {
        OPS_PORT: String(ports.ops),
        LOG_LEVEL: text`${v.logLevel}`,
        SCRATCH_DIR: SCRATCH,
        ...props.config,
      },
      secretFiles: props.secretFiles,
      scratch: [TMP, { path: SCRATCH, size: v.scratchSize }],
      ports: [{ name: 'ops', containerPort: ports.ops }],
    };
    deploy(this, pod, { replicas: v.replicas, isAutomatic: v.keda.enabled });
    new ProgramPolicy(this, name, { reach: props.reaches, callers: { monitoring: true } });
    new PodMonitor(this, name);
    this.#scale(name, props);
  }

  #scale(name: string, { values: { keda: scale }, queueUrl }: QueueWorkerProps): void {
    new KubeObject<ITriggerAuthentication>(
      this,
      'trigger-authentication',
      keda('TriggerAuthentication'),
      {
        metadata: metadata(name),
        // KEDA's operator asks with its own identity (EKS Pod Identity or IRSA), never with the worker's.
        spec: { podIdentity: { provider: 'aws', roleArn: when(scale.roleArn, scale.roleArn) } },
      },
      scale.enabled,
    );
    new KubeObject<IScaledObject>(
      this,
      'scaled-object',
      keda('ScaledObject'),
      {
        metadata: metadata(name),
        spec: {
          scaleTargetRef: { name: named(name) },
          pollingInterval: scale.pollingIntervalSeconds,
          cooldownPeriod: scale.cooldownSeconds,
          minReplicaCount: scale.minReplicas,
          maxReplicaCount: scale.maxReplicas,
          fallback: {
            failureThreshold: 3,
            replicas: scale.fallbackReplicas,
            behavior: 'currentReplicasIfHigher',
          },
          advanced: {
            restoreToOriginalReplicaCount: false,
            horizontalPodAutoscalerConfig: {
              behavior: {
                scaleUp: {
                  stabilizationWindowSeconds: 0,
                  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
                },
                scaleDown: {
                  stabilizationWindowSeconds: scale.scaleDownStabilizationSeconds,
                  policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
                },
              },
            },
          },
          triggers: [
            {
              type: 'aws-sqs-queue',
              name: 'jobs',
              authenticationRef: { name: named(name) },
              metadata: {
                queueURL: queueUrl,
                awsRegion: values.aws.region,
                awsEndpoint: when(values.queue.endpoint, values.queue.endpoint),
                queueLength: text`${scale.jobsPerReplica}`,
                activationQueueLength: '0',
                // Without it the last job in work would be stopped with its worker.
                scaleOnInFlight: 'true',
                // A job that waits for its next try needs no worker yet.
                scaleOnDelayed: 'false',
              },
            },
          ],
        },
      },
      scale.enabled,
    );
  }
}
