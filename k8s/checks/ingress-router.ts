/**
 * Plays the rules that the AWS Load Balancer Controller (v3) makes of Ingresses, in its order
 * (docs/guide/ingress/spec.md): within each host entry Exact, then Prefix with the longest first, then
 * ImplementationSpecific as written; host entries as written; Ingresses of a group by group.order,
 * then by namespace/name. The first rule that matches answers, whether or not a later one fits better.
 * Not played: actions, conditions, transforms and regular expressions by annotation.
 */

export interface Ingress {
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: {
    rules?: { host?: string; http?: { paths: Path[] } }[];
    defaultBackend?: Backend;
  };
}

interface Path {
  path?: string;
  pathType?: string;
  backend: Backend;
}

interface Backend {
  service?: { name: string; port: { name?: string; number?: number } };
}

export interface Route {
  service: string;
  port: string | number;
}

interface Rule {
  host?: string;
  patterns: string[];
  backend: Backend;
}

/** Which service answers a request to the Ingresses of one group; null when the load balancer itself answers 404. */
export function routeOf(ingresses: Ingress[], request: { host: string; path: string }): Route | null {
  const rule = rulesOf(ingresses).find(
    ({ host, patterns }) =>
      (host === undefined || matches(host.toLowerCase(), request.host.toLowerCase())) &&
      patterns.some((pattern) => matches(pattern, request.path)),
  );
  const service = (rule?.backend ?? ingresses.map(({ spec }) => spec.defaultBackend).find(Boolean))?.service;
  return service ? { service: service.name, port: service.port.name ?? service.port.number ?? '' } : null;
}

/**
 * What the rules of one load balancer cost against its quotas: 100 rules, and in each of them 5 values
 * and 5 wildcards (docs.aws.amazon.com, "Quotas for your Application Load Balancers"). Every listener
 * repeats the rules, except those for HTTP under ssl-redirect.
 */
export function ruleCounts(ingresses: Ingress[]): { rules: number; values: number; wildcards: number } {
  const rules = rulesOf(ingresses).map(({ host, patterns }) => [...(host ? [host] : []), ...patterns]);
  return {
    rules: rules.length,
    values: Math.max(0, ...rules.map((values) => values.length)),
    wildcards: Math.max(0, ...rules.map((values) => values.join('').replace(/[^*?]/g, '').length)),
  };
}

/** The rules of the Ingresses of one group, first to last. */
function rulesOf(ingresses: Ingress[]): Rule[] {
  return inGroupOrder(ingresses)
    .flatMap(({ spec }) => spec.rules ?? [])
    .flatMap(({ host, http }) =>
      inPathOrder(http?.paths ?? []).map((path) => ({
        host,
        patterns: patternsOf(path),
        backend: path.backend,
      })),
    );
}

function inGroupOrder(ingresses: Ingress[]): Ingress[] {
  const order = ({ metadata }: Ingress) =>
    Number(metadata.annotations?.['alb.ingress.kubernetes.io/group.order'] ?? 0);
  const name = ({ metadata }: Ingress) => `${metadata.namespace ?? 'default'}/${metadata.name}`;
  return ingresses.toSorted((a, b) => order(a) - order(b) || (name(a) < name(b) ? -1 : 1));
}

function inPathOrder(paths: Path[]): Path[] {
  const ofType = (type: string) =>
    paths.filter(({ pathType = 'ImplementationSpecific' }) => pathType === type);
  const longestFirst = (a: Path, b: Path) => (b.path ?? '').length - (a.path ?? '').length;
  return [...ofType('Exact'), ...ofType('Prefix').sort(longestFirst), ...ofType('ImplementationSpecific')];
}

function patternsOf({ path = '/*', pathType = 'ImplementationSpecific' }: Path): string[] {
  if (pathType === 'ImplementationSpecific') return [path];
  // The controller refuses these; `/` alone may stand for everything.
  if (/[*?]/.test(path)) throw new Error(`${pathType} path ${path} holds a wildcard`);
  if (pathType === 'Exact') return [path];
  if (path === '/') return ['/*'];
  const prefix = path.replace(/\/$/, '');
  return [prefix, `${prefix}/*`];
}

/** As the load balancer compares: `*` stands for any characters, slashes too, `?` for exactly one. */
function matches(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}
