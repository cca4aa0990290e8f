/** What an operator can mend: a command says it without a stack trace. */
export class Complaint extends Error {}

/** Runs a command to its end, or to its complaint, which begins with the command's name where it has one. */
export async function orComplain(run: () => void | Promise<void>, name?: string): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    console.error(name ? `${name}: ${error.message}` : error.message);
    process.exitCode = 1;
  }
}
