import axe from 'axe-core';
import type { Page } from 'playwright-core';

export interface AxeViolation {
  rule: string;
  target: string;
  why: string;
}

const OPTIONS: axe.RunOptions = {
  resultTypes: ['violations'],
  // Of WCAG 2.2, and therefore not among axe's defaults.
  rules: { 'target-size': { enabled: true } },
};

/** What axe finds in the page as it stands, an element a row. Evaluated by the browser's debugger, whatever the page's policy. */
export async function axeViolations(page: Page): Promise<AxeViolation[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
    OPTIONS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => ({
      rule: id,
      target: target.join(' '),
      why: failureSummary.split('\n').slice(1).join(' ').trim(),
    })),
  );
}
