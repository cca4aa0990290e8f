import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentCaller, programOf, watchCallers } from './callers.ts';
import { SUFFIX } from './recorded-calls.ts';

/** What a command of the SDK says of what it touches. */
export interface CommandInput {
  Bucket?: string;
  Key?: string;
  CopySource?: string;
  Delete?: { Objects?: { Key?: string }[] };
  QueueUrl?: string;
}

interface Command {
  input: CommandInput;
  resolveMiddlewareWithContext: (...words: [unknown, unknown, unknown, { commandName: string }]) => unknown;
}

/** What tells Node to record the calls of a process, and of those that it starts, in a folder. */
export const recorderOption = (folder: string): string =>
  `--import=${new URL('./record-calls.mjs', import.meta.url)}?folder=${encodeURIComponent(folder)}`;

/** Notes each command once that this process has the SDK send or sign. */
export function recordCalls(folder: string): void {
  const channel = 'tracing:module.require:end';
  const watch = (message: unknown) => {
    const { id, result } = message as { id: string; result: { Command: { prototype: Command } } };
    if (id !== '@smithy/core/client') return;
    unsubscribe(channel, watch);
    watchCommands(result.Command.prototype, recorder(join(folder, `${process.pid}${SUFFIX}`)));
  };
  // Most of these processes never load the SDK, and it is slow to load.
  subscribe(channel, watch);
  Object.assign(globalThis, { watchCallers });
}

/** This is where sending and signing meet. */
function watchCommands(command: Command, note: (name: string, input: CommandInput) => void): void {
  const { resolveMiddlewareWithContext: resolve } = command;
  command.resolveMiddlewareWithContext = function (this: Command, ...words) {
    note(words[3].commandName.replace(/Command$/, ''), this.input);
    return resolve.apply(this, words);
  };
}

function recorder(file: string) {
  const main = programOf(process.argv[1] ?? '');
  const known = new Set<string>();
  return (name: string, input: CommandInput) => {
    const program = main ?? currentCaller();
    if (program === null) return;
    for (const [command, resource] of touched(name, input)) {
      const line = `${program} ${command} ${resource}\n`;
      if (known.has(line)) continue;
      known.add(line);
      appendFileSync(file, line);
    }
  };
}

/** Every resource of a command; what a copy reads is told as a command of its own. */
export function touched(name: string, input: CommandInput): [command: string, resource: string][] {
  if (input.QueueUrl) return [[name, input.QueueUrl.endsWith('-dead-letters') ? 'dead-letters' : 'queue']];
  const keys = input.Delete?.Objects?.map(({ Key }) => Key) ?? [input.Key];
  const source = input.CopySource?.replace(/^[^/]*\//, '');
  return [
    ...keys.map((key): [string, string] => [name, key === undefined ? 'bucket' : below(key)]),
    ...(source === undefined ? [] : [[`${name}Source`, below(source)] satisfies [string, string]]),
  ];
}

const below = (key: string) => key.replace(/^([^/]*\/)?.*$/s, '$1*');
