import { ports } from '@anb/topology';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { text } from '../template/placeholders.ts';
import { type HttpServiceValues, values } from '../values.ts';
import { ServiceMonitor } from './monitoring.ts';
import { labels, metadata, named, selectorLabels } from './names.ts';
import { ProgramPolicy, type Reach } from './network-policy.ts';
import { type Config, type SecretFile, type SecretFolder, TMP } from './pod.ts';
import { deploy } from './program.ts';

export interface HttpServiceProps {
  readonly values: HttpServiceValues;
  readonly config?: Config;
  readonly secretFiles?: readonly (SecretFile | SecretFolder)[];
  readonly reaches?: Reach;
  readonly calledBy?: readonly string[];
  /** Whether the load balancer keeps a browser with its pod, by a cookie. */
  readonly isSticky?: boolean;
}

/** One of our HTTP services behind the load balancer, scaled by use of the processor. */
export class HttpService extends Construct {
  constructor(scope: Construct, name: string, props: HttpServiceProps) {
    super(scope, name);
    const { values: v, reaches = {}, calledBy = [] } = props;
    const pod = {
      name,
      values: v,
      config: {
        PORT: String(ports.http),
        OPS_PORT: String(ports.ops),
        LOG_LEVEL: text`${v.logLevel}`,
        // Programs of ours keep connections to a pod that its Service has forgotten.
        DRAIN_SECONDS: '5',
        TRUSTED_PROXY_HOPS: text`${values.ingress.trustedProxyHops}`,
        ...props.config,
      },
      secretFiles: props.secretFiles ?? [],
      scratch: [TMP],
      ports: [
        { name: 'http', containerPort: ports.http },
        { name: 'ops', containerPort: ports.ops },
      ],
      preStopSleepSeconds: v.preStopSleepSeconds,
    };
    const callers = { public: true, programs: [...calledBy, 'toolbox'], monitoring: true };

    deploy(this, pod, { replicas: v.replicas, isAutomatic: v.autoscaling.enabled });
    new KubeObject<k8s.KubeServiceProps>(this, 'service', k8s.KubeService.GVK, {
      metadata: {
        name: named(name),
        labels: labels(name),
        annotations: loadBalancerTarget(v, props.isSticky),
      },
      spec: {
        selector: selectorLabels(name),
        ports: [
          { name: 'http', port: ports.http, targetPort: 'http' },
          { name: 'ops', port: ports.ops, targetPort: 'ops' },
        ],
      },
    });
    this.#autoscale(name, v);
    new KubeObject<k8s.KubePodDisruptionBudgetProps>(
      this,
      'disruption-budget',
      k8s.KubePodDisruptionBudget.GVK,
      {
        metadata: metadata(name),
        spec: {
          maxUnavailable: v.podDisruptionBudget.maxUnavailable,
          // A pod that is not ready serves nobody: it must not hold up a drain.
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
          selector: { matchLabels: selectorLabels(name) },
        },
      },
      v.podDisruptionBudget.enabled,
    );
    new ProgramPolicy(this, name, { reach: reaches, callers });
    new ServiceMonitor(this, name);
  }

  #autoscale(name: string, { autoscaling }: HttpServiceValues): void {
    const { scaleUp, scaleDown } = autoscaling;
    const behavior = ({ pods, periodSeconds, stabilizationWindowSeconds }: typeof scaleUp) => ({
      stabilizationWindowSeconds,
      policies: [{ type: 'Pods', value: pods, periodSeconds }],
    });
    new KubeObject<k8s.KubeHorizontalPodAutoscalerV2Props>(
      this,
      'autoscaler',
      k8s.KubeHorizontalPodAutoscalerV2.GVK,
      {
        metadata: metadata(name),
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: named(name) },
          minReplicas: autoscaling.minReplicas,
          maxReplicas: autoscaling.maxReplicas,
          metrics: [
            {
              // The program's own processor, whatever stands beside it.
              type: 'ContainerResource',
              containerResource: {
                container: name,
                name: 'cpu',
                target: {
                  type: 'Utilization',
                  averageUtilization: autoscaling.targetCPUUtilizationPercentage,
                },
              },
            },
          ],
          behavior: { scaleUp: behavior(scaleUp), scaleDown: behavior(scaleDown) },
        },
      },
      autoscaling.enabled,
    );
  }
}

/** How the load balancer checks and drains the pods; read from the Service, one for each. */
const loadBalancerTarget = (v: HttpServiceValues, isSticky = false) => {
  const prefix = 'alb.ingress.kubernetes.io';
  const stickiness = isSticky
    ? ',stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=300'
    : '';
  return {
    [`${prefix}/healthcheck-port`]: String(ports.ops),
    [`${prefix}/healthcheck-path`]: '/readyz',
    [`${prefix}/healthcheck-interval-seconds`]: '10',
    [`${prefix}/healthcheck-timeout-seconds`]: '5',
    [`${prefix}/healthy-threshold-count`]: '2',
    [`${prefix}/unhealthy-threshold-count`]: '2',
    [`${prefix}/success-codes`]: '200',
    [`${prefix}/target-group-attributes`]: text`deregistration_delay.timeout_seconds=${v.deregistrationDelaySeconds},load_balancing.algorithm.type=least_outstanding_requests${stickiness}`,
  };
};
