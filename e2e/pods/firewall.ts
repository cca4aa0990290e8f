import { addresses } from './network.ts';

// Network policies and Services as the rules of a pod's own namespace, for nft.

type Labels = Record<string, string>;

export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: unknown[];
}

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol?: string; port?: number; endPort?: number }[];
}

export interface NetworkPolicy {
  spec: { podSelector: Selector; policyTypes: string[]; ingress?: Rule[]; egress?: Rule[] };
}

export interface Neighbour {
  labels: Labels;
  address: string;
}

/** A Service and the pods that answer for it now. */
export interface Forwarding {
  address: string;
  port: number;
  targetPort: number;
  endpoints: string[];
}

/** Namespaces beside the release's, and who lives there. */
const namespaces: Record<string, string[]> = {
  'kube-system': [addresses.dns],
  monitoring: [addresses.monitoring],
};

/** What may enter and leave a pod, and where the addresses of Services lead. */
export function firewallOf(
  labels: Labels,
  policies: NetworkPolicy[],
  neighbours: Neighbour[],
  forwardings: Forwarding[],
): string {
  const own = policies.filter(({ spec }) => isSelected(spec.podSelector, labels));
  const chain = (hook: 'input' | 'output', type: string, rules: (policy: NetworkPolicy) => Rule[]) => {
    const ruling = own.filter(({ spec }) => spec.policyTypes.includes(type));
    const openings = ruling.flatMap(rules).flatMap((rule) => opening(rule, neighbours));
    return `
      chain ${hook} {
        type filter hook ${hook} priority 0; policy ${ruling.length > 0 ? 'drop' : 'accept'};
        ct state established,related accept
        ${hook === 'input' ? `iif lo accept\n ip saddr ${addresses.node} accept` : 'oif lo accept'}
        ${openings.join('\n')}
      }`;
  };
  return `
    table inet network_policies {
      ${chain('input', 'Ingress', ({ spec }) => spec.ingress ?? [])}
      ${chain('output', 'Egress', ({ spec }) => spec.egress ?? [])}
    }
    table ip services {
      chain output {
        type nat hook output priority -100;
        ${forwardings.map(forwarding).join('\n')}
      }
    }`;
}

/** As kube-proxy does: any of the pods. */
function forwarding({ address, port, targetPort, endpoints }: Forwarding): string {
  const match = `ip daddr ${address} tcp dport ${port}`;
  if (endpoints.length === 0) return '';
  const places = endpoints.map((endpoint, place) => `${place} : ${endpoint} . ${targetPort}`);
  return `${match} dnat to numgen random mod ${endpoints.length} map { ${places.join(', ')} }`;
}

/** No peers are everybody, no ports are all of them. */
function opening(rule: Rule, neighbours: Neighbour[]): string[] {
  const peers = rule.from ?? rule.to;
  const direction = rule.to ? 'daddr' : 'saddr';
  const sets = peers?.map((peer) => addressesOf(peer, neighbours)).filter((set) => set !== '') ?? [];
  const hosts = peers ? sets.map((set) => `${set.includes(':') ? 'ip6' : 'ip'} ${direction} ${set}`) : [''];
  const ports = rule.ports?.map(portOf) ?? [''];
  return hosts.flatMap((host) => ports.map((port) => `${host} ${port} accept`));
}

function addressesOf(peer: Peer, neighbours: Neighbour[]): string {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  if (ipBlock) {
    if (ipBlock.except) throw new Error('ipBlock.except is not played here');
    return ipBlock.cidr;
  }
  if (namespaceSelector) {
    if (podSelector) throw new Error('a podSelector in other namespaces is not played here');
    const isMember = (name: string) => isSelected(namespaceSelector, { 'kubernetes.io/metadata.name': name });
    return setOf(
      Object.keys(namespaces)
        .filter(isMember)
        .flatMap((name) => namespaces[name] ?? []),
    );
  }
  const pods = neighbours.filter(({ labels }) => isSelected(podSelector ?? {}, labels));
  return setOf(pods.map(({ address }) => address));
}

const setOf = (members: string[]) => (members.length > 0 ? `{ ${members.join(', ')} }` : '');

function portOf({ protocol = 'TCP', port, endPort }: { protocol?: string; port?: number; endPort?: number }) {
  if (typeof port === 'string') throw new Error('named ports of policies are not played here');
  const range = endPort ? `${port}-${endPort}` : port;
  return port === undefined
    ? `meta l4proto ${protocol.toLowerCase()}`
    : `${protocol.toLowerCase()} dport ${range}`;
}

export function isSelected({ matchLabels = {}, matchExpressions }: Selector, labels: Labels): boolean {
  if (matchExpressions) throw new Error('matchExpressions are not played here');
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}
