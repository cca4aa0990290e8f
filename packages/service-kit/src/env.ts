import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

/** What is wrong with the environment, all of it in one message. */
export class InvalidEnvironment extends Error {
  override name = 'InvalidEnvironment';

  /** @param problems each begins with the variable's name */
  constructor(problems: string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

const missing = (issue: { input?: unknown }, otherwise: string) =>
  issue.input === undefined ? 'is required' : `"${String(issue.input)}" ${otherwise}`;

const WHOLE = /^\d{1,15}$/;

const number = (form: RegExp, otherwise: string, min: number, max: number) =>
  z
    .string({ error: (issue) => missing(issue, otherwise) })
    .regex(form, { error: (issue) => missing(issue, otherwise) })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: (issue) => missing(issue, otherwise) });

/** A TCP port; 0 lets the system choose. */
export const port = () => number(WHOLE, 'is not a port (0 to 65535)', 0, 65_535);

/** A whole number within bounds. */
export const count = (min: number, max: number) =>
  number(WHOLE, `is not a whole number from ${min} to ${max}`, min, max);

/** Seconds within bounds, to the millisecond. */
export const seconds = (min: number, max: number) =>
  number(/^\d{1,15}(\.\d{1,3})?$/, `is not a number of seconds from ${min} to ${max}`, min, max);

/** A URL without its trailing slash. */
export const url = (protocols = ['http:', 'https:']) =>
  z
    .string({ error: (issue) => missing(issue, 'is not a URL') })
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: (issue) => missing(issue, `is not a URL (${protocols.join(', ')})`),
    })
    .transform((value) => value.replace(/\/$/, ''));

/** A URL to which paths are added. */
export const origin = () =>
  url().refine((value) => /^[a-z]+:\/\/[^/?#@]+$/i.test(value), {
    error: (issue) =>
      missing(issue, 'is not an origin: nothing may follow the host, as in https://anb.example'),
  });

/** Origins as browsers send them, with commas between. */
export const origins = () =>
  z
    .string()
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .refine((all) => all.every(isOrigin), {
      error: (issue) => missing(issue, 'is not a list of origins like https://app.example.com; * is none'),
    });

const isOrigin = (value: string) =>
  /^https?:[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;

export const text = () => z.string({ error: (issue) => missing(issue, 'is not text') }).min(1);

/** One of a few words. */
export const choice = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, { error: (issue) => missing(issue, `is not one of ${words.join(', ')}`) });

/** `true` or `false`. */
export const flag = () => choice('true', 'false').transform((word) => word === 'true');

/** The path of a file that is there and can be read. */
export const file = () =>
  text().refine((path) => isReadable(path) && statSync(path).isFile(), {
    error: (issue) => missing(issue, 'is not a file that can be read'),
  });

/** As `file`, with something in it. */
export const filledFile = () =>
  file().refine(
    (path) => !isReadable(path) || !statSync(path).isFile() || readFileSync(path, 'utf8').trim() !== '',
    {
      error: (issue) => missing(issue, 'is an empty file'),
    },
  );

/** The path of a folder that is there and can be listed. */
export const folder = () =>
  text().refine((path) => isReadable(path) && statSync(path).isDirectory(), {
    error: (issue) => missing(issue, 'is not a folder that can be read'),
  });

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A value that must never appear in a message or a log. */
export const secret = () => z.string({ error: 'is required (its value is never shown)' }).min(1);

/** A Postgres URL; it holds a password, so it is treated as a secret. */
export const databaseUrl = () =>
  secret().refine((value) => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value), {
    error: 'is not a postgres:// URL (its value is never shown)',
  });

/**
 * Reads the environment by a schema. An empty value counts as unset.
 * @param pairs variables of which one is nothing without the other
 * @throws InvalidEnvironment naming every problem at once
 */
export function parseEnv<S extends z.ZodRawShape>(
  shape: S,
  env: NodeJS.ProcessEnv,
  pairs: readonly (readonly [string, string])[] = [],
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = z.object(shape).safeParse(given);
  const problems = (result.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  for (const [one, other] of [...pairs, ...pairs.map((pair) => pair.toReversed())] as [string, string][]) {
    if (one in given && !(other in given)) problems.push(`${other}: is required with ${one}`);
  }
  if (result.success && problems.length === 0) return result.data;
  throw new InvalidEnvironment(problems);
}

/** `parseEnv` for a program's config.ts: on a problem says so on stderr and refuses to start. */
export function readEnv<S extends z.ZodRawShape>(
  shape: S,
  pairs?: readonly (readonly [string, string])[],
): z.infer<z.ZodObject<S>> {
  try {
    return parseEnv(shape, process.env, pairs);
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    refuseEnvironment(error);
  }
}

/** Says on stderr what is wrong, for a person and without a stack, and ends. */
export function refuseEnvironment({ message }: InvalidEnvironment): never {
  process.stderr.write(`${message}\n${readmeOf(process.argv[1])} in the repository lists every variable.\n`);
  process.exit(78); // EX_CONFIG
}

/** Where a program's variables are listed; images do not hold it. */
function readmeOf(program = ''): string {
  const [folder] = /(packages|services)\/[^/]+(?=\/(src|dist)\/)/.exec(program) ?? [];
  return folder ? `${folder}/README.md` : 'README.md';
}
