import { serviceMonitor } from './monitoring.ts';

export const EXTERNAL_SECRETS = 'external-secrets';

const resources = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };

/** One pod of each: while they are away the Secrets that they made stay. */
export const externalSecretsValues = () => ({
  installCRDs: true,
  serviceAccount: { name: EXTERNAL_SECRETS },
  resources,
  webhook: { resources },
  certController: { resources },
  serviceMonitor,
});
