/** The release of the Prometheus stack; the application's monitors carry it as their label. */
export const PROMETHEUS = 'kube-prometheus-stack';
export const MONITORING = 'monitoring';

/** What Prometheus selects monitors and rules by. */
export const monitorLabels = { release: PROMETHEUS };

export const serviceMonitor = { enabled: true, additionalLabels: monitorLabels };
