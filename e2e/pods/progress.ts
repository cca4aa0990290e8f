/** A line, with the seconds since the start. */
export const say = (text: string) =>
  void process.stdout.write(`${(performance.now() / 1000).toFixed(1).padStart(6)}  ${text}\n`);
