import fc from 'fast-check';
import { type ApiDocument, operationsOf, type RoutedOperation } from '../../scripts/collection/api.ts';
import { judgeOf } from './answers.ts';
import { type Case, casesOf } from './cases.ts';
import { another, neverTaken, onceAnAccount, recipeOf } from './recipes.ts';
import { type Answer, curl, encode, type Request, send } from './requests.ts';
import type { Actor, World } from './world.ts';

export interface FuzzOptions {
  seed: number;
  /** Of each operation. */
  cases: number;
  say?: (line: string) => void;
}

export interface Figures {
  cases: number;
  /** By the first digit of the status; 429 is apart, as throttled. */
  statuses: Record<string, number>;
}

const AT_ONCE = 4;
/** Of an operation's cases half should be taken; fewer than this say that its recipe does not fit. */
const MIN_TAKEN = 0.1;

/** Fuzzes every operation of the document. @returns each one's figures, and what is wrong */
export async function fuzz(world: World, options: FuzzOptions) {
  const { body: document } = await world.api.send('GET', '/openapi.json');
  const figures: Record<string, Figures> = {};
  const problems: string[] = [];
  const waiting = operationsOf(document as ApiDocument);
  const work = async () => {
    for (let operation = waiting.shift(); operation; operation = waiting.shift()) {
      const { operationId } = operation;
      const found = await fuzzOperation(world, document, operation, options);
      figures[operationId] = found.figures;
      options.say?.(`${operationId}: ${JSON.stringify(found.figures.statuses)}`);
      problems.push(
        ...[found.problem, ...gapsOf(operationId, found.figures)].filter((found) => found !== ''),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { figures, problems };
}

async function fuzzOperation(
  world: World,
  document: ApiDocument,
  operation: RoutedOperation,
  options: FuzzOptions,
) {
  const judge = judgeOf(document, operation);
  const figures: Figures = { cases: 0, statuses: {} };
  const property = fc.asyncProperty(casesOf(document, operation), async (one) => {
    const { request, owner } = await prepare(world, operation, one);
    const answer = await send(request).catch((error) => {
      throw new Error(`no answer (${error})\n  ${curl(request, one.caller.who)}`);
    });
    if (answer.status === 401 || operation.method !== 'get') await replaceSignedOut(world, owner, answer);
    count(figures, answer);
    const wrong = judge(answer);
    if (wrong.length > 0)
      throw new Error(
        `${wrong.join('; ')}\n  ${curl(request, one.caller.who)}\n  ${answer.text.slice(0, 500)}`,
      );
  });
  // Each its own, so that an operation more does not change what the others are asked.
  const seed = [...operation.operationId].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0,
    options.seed,
  );
  const run = await fc.check(property, { seed, numRuns: options.cases });
  const problem = run.failed ? `${operation.operationId}: ${(run.errorInstance as Error).message}` : '';
  return { figures, problem };
}

async function prepare(world: World, operation: RoutedOperation, one: Case) {
  const owner = await ownerFor(world, operation);
  const { path = {}, body, without = [] } = await recipeOf(operation)(world, owner);
  const asked = { ...path, ...one.path };
  const address = operation.path.replaceAll(/\{(.*?)\}/g, (_, name) => asked[name] ?? 'none');
  const given = one.query.filter((pair) => !without.some((name) => pair.startsWith(`${name}=`)));
  const query = given.length > 0 ? `?${given.join('&')}` : '';
  const [type = ''] = Object.keys(operation.requestBody?.content ?? {});
  const encoded = encode(type, { ...one, ...(one.body && { body: { ...one.body, ...body } }) });
  const authorization = await authorizationOf(world, one, owner);
  const request: Request = {
    method: operation.method.toUpperCase(),
    url: `${world.stack.url}${address}${query}`,
    ...encoded,
    headers: {
      ...{ 'x-forwarded-for': world.address(), ...one.headers, ...encoded.headers },
      ...(authorization && { authorization }),
    },
  };
  return { request, owner };
}

function ownerFor(world: World, { operationId, path }: RoutedOperation): Promise<Actor> {
  if (onceAnAccount.has(operationId)) return world.newcomer('player');
  return world.actor(path.startsWith('/api/admin/') ? 'organiser' : 'player');
}

async function authorizationOf(world: World, { caller }: Case, owner: Actor): Promise<string | undefined> {
  if (caller.who === 'nobody') return caller.authorization;
  return caller.who === 'owner' ? owner.authorization : (await another(world, owner)).authorization;
}

/** Some operations end sessions. */
async function replaceSignedOut(world: World, owner: Actor, { status }: Answer): Promise<void> {
  if (status >= 400 && status !== 401) return;
  const { authorization } = owner;
  const profile = await world.api.send('GET', '/api/auth/profile', { headers: { authorization } });
  if (profile.status === 401) world.retire(owner);
}

function count(figures: Figures, { status }: Answer): void {
  const kind = status === 429 ? 'throttled' : `${Math.floor(status / 100)}xx`;
  figures.cases++;
  figures.statuses[kind] = (figures.statuses[kind] ?? 0) + 1;
}

function gapsOf(operationId: string, { cases, statuses }: Figures): string[] {
  const taken = (statuses['2xx'] ?? 0) + (statuses['3xx'] ?? 0);
  const throttled = statuses.throttled ?? 0;
  return [
    ...(taken < MIN_TAKEN * cases && !neverTaken[operationId]
      ? [`${operationId}: only ${taken} of ${cases} were taken`]
      : []),
    ...(throttled > cases / 10 ? [`${operationId}: ${throttled} of ${cases} were answered 429`] : []),
  ];
}
