import type { ConsoleMessage, Page, Request } from 'playwright-core';

export interface Trouble {
  kind: 'console' | 'page' | 'policy' | 'failed' | 'elsewhere';
  what: string;
}

/**
 * Collects what no page may do from now on: write errors and warnings, throw, break its content security policy,
 * ask what can not be reached or anyone but `origin`.
 */
export function watchPage(
  page: Page,
  { origin, allow = [] }: { origin: string; allow?: RegExp[] },
): Trouble[] {
  const troubles: Trouble[] = [];
  const add = (kind: Trouble['kind'], what: string) => {
    if (!allow.some((pattern) => pattern.test(what))) troubles.push({ kind, what });
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) add(kindOf(message), told(message));
  });
  page.on('pageerror', (error) => add('page', String(error)));
  page.on('request', (request) => {
    if (isElsewhere(request, origin)) add('elsewhere', asked(request));
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    if (!FORESEEN.includes(reason)) add('failed', `${asked(request)}: ${reason}`);
  });
  return troubles;
}

/** The browser breaks off requests as people go on and players seek; what a policy forbids it says on the console. */
const FORESEEN = ['net::ERR_ABORTED', 'csp'];

const kindOf = (message: ConsoleMessage) =>
  message.text().includes('Content Security Policy') ? 'policy' : 'console';

const told = (message: ConsoleMessage) => `${message.text()} (${message.location().url})`;

const asked = (request: Request) => `${request.method()} ${request.url()}`;

const isElsewhere = (request: Request, origin: string) => {
  const url = new URL(request.url());
  return url.protocol.startsWith('http') && url.origin !== origin;
};
