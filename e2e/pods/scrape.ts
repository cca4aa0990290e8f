import type { Cluster } from './cluster.ts';
import { isSelected } from './firewall.ts';
import { addresses } from './network.ts';
import { fetchFrom } from './probes.ts';

/** Scrapes what the monitors name, as the Prometheus of the monitoring namespace would; tells what went wrong. */
export async function scrapeProblems(cluster: Cluster): Promise<string[]> {
  const monitors = [...cluster.all('ServiceMonitor'), ...cluster.all('PodMonitor')];
  const problems = monitors.map(async ({ metadata, spec }) => {
    const targets = targetsOf(cluster, spec);
    if (targets.length === 0) return [`monitor ${metadata.name} finds no pod`];
    const failed = targets.map(async ({ address, port, path }) => {
      const { status, body } = await fetchFrom(addresses.monitoring, { host: address, port, path }, 5000);
      const isWell = status === 200 && /^anb_build_info\{/m.test(body);
      return isWell ? [] : [`${metadata.name}: the scrape of ${address}:${port} answers ${status}`];
    });
    return (await Promise.all(failed)).flat();
  });
  return (await Promise.all(problems)).flat();
}

/** A ServiceMonitor selects Services and names a port of theirs, a PodMonitor pods and a port of theirs. */
// biome-ignore lint/suspicious/noExplicitAny: a monitor's spec, checked elsewhere
function targetsOf(cluster: Cluster, { selector, endpoints, podMetricsEndpoints }: any) {
  const pods = endpoints
    ? cluster
        .all('Service')
        .filter(({ metadata }) => isSelected(selector, metadata.labels ?? {}))
        .flatMap((service) => cluster.endpoints(service).map((pod) => ({ pod, ports: service.spec.ports })))
    : cluster.pods
        .filter((pod) => pod.isReady && isSelected(selector, pod.labels))
        .map((pod) => ({
          pod,
          ports: pod.container.ports?.map(({ name }) => ({ name, targetPort: name })) ?? [],
        }));
  return pods.flatMap(({ pod, ports }) =>
    (endpoints ?? podMetricsEndpoints).map(({ port, path }: { port: string; path: string }) => {
      const named = ports.find(({ name }: { name: string }) => name === port);
      if (!named) throw new Error(`a monitor names port ${port}, which ${pod.name} has not`);
      return { address: pod.address, port: pod.port(named.targetPort), path };
    }),
  ) as { address: string; port: number; path: string }[];
}
