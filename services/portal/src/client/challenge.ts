import { Refusal } from './api.ts';

type Headers = Record<string, string>;

/**
 * Sends a request that an installation may ask a bot challenge for; the challenge is loaded and shown only then.
 * @throws Refusal `challenge_required` where this portal has no widget, or the person has closed it
 */
export async function withChallenge<T>(send: (headers: Headers) => Promise<T>): Promise<T> {
  try {
    return await send({});
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'challenge_required') throw error;
    const widget = configuredWidget();
    if (!widget) throw error;
    const { openChallenge } = await import('./challenge-dialog.tsx');
    const response = await openChallenge(widget);
    if (!response) throw error;
    return send({ 'X-Challenge-Response': response });
  }
}

export interface Widget {
  /** The provider's script. */
  script: string;
  siteKey: string;
}

/** As document.tsx writes it. */
function configuredWidget(): Widget | undefined {
  const { script, siteKey } = document.querySelector<HTMLElement>('meta[name="challenge"]')?.dataset ?? {};
  return script && siteKey ? { script, siteKey } : undefined;
}
