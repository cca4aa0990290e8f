/** What is asked for once a page, and again only after a failure. */
export interface Once<T> {
  (): Promise<T>;
  forget: () => void;
}

export function once<T>(ask: () => Promise<T>): Once<T> {
  let asked: Promise<T> | undefined;
  const forget = () => {
    asked = undefined;
  };
  const answer = () => {
    if (asked) return asked;
    const asking = ask();
    asked = asking;
    // What was forgotten meanwhile may have been asked for anew.
    asking.catch(() => asked === asking && forget());
    return asking;
  };
  return Object.assign(answer, { forget });
}
