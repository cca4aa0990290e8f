import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ApiError, unavailable } from './errors.ts';
import { refusing } from './http.ts';
import type { Logger } from './log.ts';
import type { SessionEnv } from './session.ts';

export interface ChallengeOptions {
  log: Logger;
  /** The provider's `siteverify`. */
  verifyUrl: string;
  /** Read anew each time, so that the secret can be rotated. */
  secretFile: string;
}

/** @throws ApiError unless the request carries the answer to a challenge, and the provider takes it */
export type Challenge = (c: Context<SessionEnv>) => Promise<void>;

const HEADER = 'X-Challenge-Response';
const ANSWER_MS = 3000;
/** Turnstile's are at most 2048 characters, others' some hundred more. */
const MAX_RESPONSE = 8192;

/**
 * Keeps bots out by a provider's word, in the protocol that Turnstile, hCaptcha and reCAPTCHA share. A browser has the
 * response from the provider's widget.
 */
export function createChallenge(options: ChallengeOptions): Challenge {
  return async function meetChallenge(c) {
    const response = c.req.header(HEADER) ?? '';
    if (!response) {
      throw new ApiError(
        403,
        'challenge_required',
        `Solve the challenge first: send the response as ${HEADER}.`,
      );
    }
    if (response.length > MAX_RESPONSE || !(await isSolved(options, response, c.get('clientAddress')))) {
      throw new ApiError(
        403,
        'challenge_failed',
        'The challenge was not solved, or too long ago. Try it again.',
      );
    }
  };
}

/** What `challengeEnv` read. */
export interface ChallengeConfig {
  CHALLENGE_VERIFY_URL?: string | undefined;
  CHALLENGE_SECRET_FILE?: string | undefined;
}

/** The challenge that a program's environment names, if it names one. */
export function openConfiguredChallenge(
  { CHALLENGE_VERIFY_URL: verifyUrl, CHALLENGE_SECRET_FILE: secretFile }: ChallengeConfig,
  log: Logger,
): Challenge | undefined {
  return verifyUrl && secretFile ? createChallenge({ log, verifyUrl, secretFile }) : undefined;
}

async function isSolved(
  { log, verifyUrl, secretFile }: ChallengeOptions,
  response: string,
  remoteip: string,
): Promise<boolean> {
  try {
    const secret = (await readFile(secretFile, 'utf8')).trim();
    const answer = await fetch(verifyUrl, {
      method: 'POST',
      body: new URLSearchParams({ secret, response, remoteip }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { success, 'error-codes': codes = [] } = verdict.parse(await answer.json());
    if (codes.some((code) => code.endsWith('-input-secret'))) throw new Error(codes.join(', '));
    return success;
  } catch (error) {
    const { host } = new URL(verifyUrl);
    log.warn({ host, ...reasonOf(error) }, 'a bot challenge could not be judged');
    throw unavailable({ isLogged: true });
  }
}

/** That a fetch has failed says little; what it failed of is the cause. */
function reasonOf(error: unknown): { reason: string; cause?: string } {
  if (!(error instanceof Error)) return { reason: String(error) };
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return { reason: error.message, ...(cause && { cause: cause.code ?? cause.message }) };
}

const verdict = z.object({ success: z.boolean(), 'error-codes': z.array(z.string()).optional() });

/** The challenge of a route that may have one, for its OpenAPI description. */
export const challenged = {
  headers: z.object({
    'X-Challenge-Response': z
      .string()
      .optional()
      .openapi({
        param: { description: 'The response to the bot challenge, in an installation that asks for one.' },
      }),
  }),
  responses: {
    403: {
      ...refusing(403)[403],
      description: 'The bot challenge was not solved, in an installation that asks for one.',
    },
  },
};
