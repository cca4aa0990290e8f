import { Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { problems } from '../checks/validate.ts';
import { HttpService } from '../src/constructs/http-service.ts';
import { KubeObject, TemplateApp } from '../src/template/kube-object.ts';
import { text } from '../src/template/placeholders.ts';
import { references, section } from '../src/template/values.ts';
import { httpService } from '../src/values.ts';

test('a new HTTP service is a section of values and one construct', async () => {
  const chart = new Chart(new TemplateApp(), 'test', { disableResourceNameHashes: true });
  // These lines are all that it takes; the ingress follows from its paths in packages/topology.
  const { comments } = references(
    section('', {
      comments: section('What people say.', {
        ...httpService({ repository: 'rising-stars-comments', memory: '128Mi', memoryLimit: '256Mi' }),
      }),
    }),
  );
  new HttpService(chart, 'comments', {
    values: comments,
    config: { VOTES_URL: text`http://votes:8080` },
    reaches: { services: ['votes'] },
  });

  const objects = chart.node.findAll().filter((node): node is KubeObject => node instanceof KubeObject);
  const manifests = objects.map((object) => object.manifest()) as { kind: string }[];
  expect(manifests.map(({ kind }) => kind).sort()).toEqual([
    'ConfigMap',
    'Deployment',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
    'ServiceMonitor',
  ]);
  for (const manifest of manifests) expect(await problems(manifest)).toEqual([]);
  expect(JSON.stringify(manifests)).toContain('rising-stars-comments:');
  expect(objects.map((object) => object.template()).join('')).toContain(
    '{{ .Values.comments.autoscaling.minReplicas | int }}',
  );
});
