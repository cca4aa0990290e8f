import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { Complaint, orComplain } from './complaint.ts';
import type { Environment } from './environment.ts';
import { environmentNamed } from './environments/index.ts';

type Words<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values'];

interface Command<Options extends ParseArgsOptionsConfig> {
  /** As in `values`; begins its complaints. */
  name: string;
  usage: string;
  options: Options;
  run: (environment: Environment, words: Words<Options>) => Promise<void>;
}

/** Runs a command for the environment that its first word names; what somebody can mend is said without a stack trace. */
export const runCommand = <const Options extends ParseArgsOptionsConfig>(command: Command<Options>) =>
  orComplain(async () => {
    const { environment, words } = read(command);
    await command.run(environment, words);
  }, command.name);

function read<Options extends ParseArgsOptionsConfig>({ usage, options }: Command<Options>) {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length !== 1) throw new Complaint(`one environment is needed\n${usage}`);
    return { environment: environmentNamed(positionals[0]), words: values };
  } catch (error) {
    throw error instanceof TypeError ? new Complaint(`${error.message}\n${usage}`) : error;
  }
}
