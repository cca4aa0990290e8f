import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from '@anb/testing/certificates';
import { publicServices } from '@anb/topology';
import { findHelm, helmTemplate, type KubernetesObject } from '../../k8s/checks/helm.ts';
import { type Backends, DATABASE_NAME, startBackends } from './backends.ts';
import { Cluster } from './cluster.ts';
import { serveNames } from './dns.ts';
import { LoadBalancer } from './load-balancer.ts';
import { addresses, openNetwork } from './network.ts';

export const RELEASE = 'rising-stars';
export const WEB = publicServices.map((service) => `${RELEASE}-${service}`);
export const TRANSCODER = `${RELEASE}-transcoder`;
const NAMESPACE = 'showcase';
export const HOST = 'showcase.example.com';
export const PUBLIC_URL = `https://${HOST}`;

const chart = join(import.meta.dirname, '../../charts/rising-stars');

export interface System {
  backends: Backends;
  cluster: Cluster;
  balancer: LoadBalancer;
  objects: KubernetesObject[];
}

/** Everything that a release needs around it, and the rendered release, of which nothing is applied yet. */
export async function prepareSystem(folder: string, cgroup: string): Promise<System> {
  await openNetwork();
  await nameLoadBalancer(folder);
  const backends = await startBackends(folder);
  const objects = await render(folder, backends.values);
  const cluster = new Cluster({
    node: { folder: join(folder, 'pods'), cgroup, namespace: NAMESPACE, resolvConf },
    secrets: backends.secrets,
    withIdentity: ['videos', 'transcoder', 'toolbox'].map((name) => `${RELEASE}-${name}`),
  });
  await serveNames(addresses.dns, (name) =>
    name === DATABASE_NAME ? addresses.database : cluster.addressOf(name),
  );
  const certificate: Certificate = {
    certificate: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
    key: readFileSync(join(folder, 'key.pem'), 'utf8'),
  };
  const balancer = new LoadBalancer({
    ingresses: objects.filter(({ kind }) => kind === 'Ingress'),
    services: objects.filter(({ kind }) => kind === 'Service'),
    endpoints: (service) => cluster.endpoints(service),
    certificate,
  });
  cluster.onEndpoints = () => balancer.sync();
  cluster.gate = (pod) => balancer.isHealthy(pod);
  return { backends, cluster, balancer, objects };
}

const resolvConf = `nameserver ${addresses.dns}
search ${NAMESPACE}.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
`;

/** For the clients outside the cluster; in this mount namespace only. */
async function nameLoadBalancer(folder: string): Promise<void> {
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, `127.0.0.1 localhost\n${addresses.loadBalancer} ${HOST}\n`);
  await promisify(execFile)('mount', ['--bind', hosts, '/etc/hosts']);
}

/** With the chart's defaults, save where things are, and that people come through a CDN: one address would be too few. */
async function render(folder: string, backends: Record<string, unknown>): Promise<KubernetesObject[]> {
  const values = join(folder, 'values.json');
  const networkPolicy = {
    loadBalancerCidrs: [`${addresses.loadBalancer}/32`],
    databaseCidrs: [`${addresses.database}/32`],
    awsCidrs: [`${addresses.aws}/32`],
  };
  const ingress = { trustedProxyHops: 2 };
  // The visitors have no mailbox.
  const votes = { needsVerifiedEmail: false };
  writeFileSync(
    values,
    JSON.stringify({ publicUrl: PUBLIC_URL, ingress, networkPolicy, votes, ...backends }),
  );
  const { helm4 } = await findHelm();
  return helmTemplate(helm4, chart, { release: RELEASE, namespace: NAMESPACE, values: [values] });
}
