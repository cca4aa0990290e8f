import type { DoctorConfig, ServiceAddress } from '../config.ts';
import { type Finding, fail, ok, reasonOf } from '../finding.ts';

const TIMEOUT_MS = 5000;

export async function* checkServices({ services }: DoctorConfig): AsyncGenerator<Finding> {
  for (const service of services) yield await checkService(service);
  const auth = services.find(({ name }) => name === 'auth');
  if (auth) yield await checkKeys(auth);
}

async function checkService({ name, opsUrl }: ServiceAddress): Promise<Finding> {
  try {
    const { status } = await get(`${opsUrl}/readyz`);
    if (status !== 200)
      return fail(name, `not ready (${opsUrl}/readyz answers ${status}). Its log says what it waits for.`);
    const { body } = await get(`${opsUrl}/metrics`);
    const version = /^anb_build_info\{.*version="([^"]*)"/m.exec(body)?.[1];
    if (!version) return fail(name, `${opsUrl}/metrics does not tell a version. Is this service ours?`);
    return ok(name, `ready, version ${version}`);
  } catch (error) {
    return fail(name, `${opsUrl} does not answer (${reasonOf(error)}). Is a pod of it running and ready?`);
  }
}

async function checkKeys({ url }: ServiceAddress): Promise<Finding> {
  const address = `${url}/.well-known/jwks.json`;
  try {
    const { status, body } = await get(address);
    const keys = status === 200 ? (JSON.parse(body) as { keys: { alg?: string }[] }).keys : [];
    if (keys.some(({ alg }) => alg === 'ES256')) return ok('signing keys', `${keys.length} published`);
    return fail('signing keys', `${address} answers ${status} without a key for ES256. See the log of auth.`);
  } catch (error) {
    return fail('signing keys', `${address} does not answer as it should (${reasonOf(error)}).`);
  }
}

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, body: await response.text() };
}
