import { AsyncLocalStorage } from 'node:async_hooks';
import { fileURLToPath } from 'node:url';

/** Whose a call is when its stack tells of nobody. */
export const NOBODY = 'nobody';

type Method = (this: unknown, ...words: unknown[]) => unknown;

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Whose call goes on: a program's, or null for a test's own. */
const caller = new AsyncLocalStorage<string | null>();

/**
 * Remembers who called a method, for a stack loses its callers where a promise is awaited twice or a stream lies between.
 * Needed where tests and services share a process.
 */
export function watchCallers({ prototype }: { prototype: object }): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor' || typeof value !== 'function') continue;
    Object.defineProperty(prototype, name, { value: withCaller(value), writable: true, configurable: true });
  }
}

const withCaller = (method: Method): Method =>
  function (...words) {
    const who = currentCaller();
    return caller.run(who, () => {
      const result = method.apply(this, words);
      return isAsyncIterator(result) ? steppedBy(who, result) : result;
    });
  };

/** Whoever takes the next step, it is taken for who began. */
const steppedBy = (who: string | null, steps: AsyncIterator<unknown>): AsyncIterableIterator<unknown> => ({
  next: () => caller.run(who, () => steps.next()),
  return: () => caller.run(who, async () => (await steps.return?.()) ?? { done: true, value: undefined }),
  [Symbol.asyncIterator]() {
    return this;
  },
});

const isAsyncIterator = (value: unknown): value is AsyncIterator<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;

/** The nearest that the stack knows, or else who began what goes on. */
export function currentCaller(): string | null {
  const nearest = programAmong(filesOfStack());
  const began = caller.getStore();
  return nearest === NOBODY && began !== undefined ? began : nearest;
}

function filesOfStack(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '');
  const files = new Error().stack as unknown as string[];
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return files;
}

/** The program that the nearest of these files belongs to; null when that is a test's, NOBODY when none is ours. */
export function programAmong(files: readonly string[]): string | null {
  const nearest = files.find((file) => {
    const path = pathHere(file);
    return path !== null && !isOnTheWay(path);
  });
  return nearest === undefined ? NOBODY : programOf(nearest);
}

export function programOf(file: string): string | null {
  const [, service, tool] =
    /^(?:services\/([^/]+)\/(?:src|dist)|packages\/(toolbox|import|migrate)\/src)\//.exec(
      pathHere(file) ?? '',
    ) ?? [];
  return service ?? tool ?? null;
}

/** Those that make calls for others, and these files. */
const isOnTheWay = (path: string) =>
  path.includes('node_modules/') ||
  path.startsWith('packages/service-kit/src/') ||
  /^packages\/testing\/src\/call/.test(path);

/** From the repository's root; null for what is none of it. */
function pathHere(file: string): string | null {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return path.startsWith(root) ? path.slice(root.length) : null;
}
