import { performance } from 'node:perf_hooks';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * A registry of its own with Node's metrics and the build's version, every series labelled by its program: as `app`,
 * because Prometheus' operator puts a `service` of its own on what it scrapes and would rename ours.
 */
export function createRegistry(app: string, version: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'anb_build_info',
    help: 'Always 1; the version is its label.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  return registry;
}

/** A counter by one label whose values are known: all begin at 0, so that a rate sees the first of each. */
export function outcomeCounter<L extends string, V extends string>(
  registry: Registry,
  { name, help, label, values }: { name: string; help: string; label: L; values: readonly V[] },
): (value: V, by?: number) => void {
  const counter = new Counter<string>({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return (value, by = 1) => counter.inc({ [label]: value }, by);
}

/** Rate, errors and duration of requests by route template, never by path: ids would be endless series. */
export function requestMetrics(registry: Registry): MiddlewareHandler {
  const duration = new Histogram({
    name: 'anb_http_request_duration_seconds',
    help: 'Time to answer a request, by route template.',
    labelNames: ['method', 'route', 'code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 60],
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'anb_http_requests_in_flight',
    help: 'Requests being answered now.',
    registers: [registry],
  });
  return async function measureRequest(c, next) {
    const start = performance.now();
    inFlight.inc();
    try {
      await next();
    } finally {
      inFlight.dec();
      const labels = { method: c.req.method, route: routePath(c, -1), code: c.res.status };
      duration.observe(labels, (performance.now() - start) / 1000);
    }
  };
}
