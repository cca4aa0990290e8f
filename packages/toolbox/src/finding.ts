/** What a check came to: on one line, with what to do when it is not well. */
export interface Finding {
  what: string;
  isOk: boolean;
  detail: string;
}

export const ok = (what: string, detail: string): Finding => ({ what, isOk: true, detail });
export const fail = (what: string, detail: string): Finding => ({ what, isOk: false, detail });

export const findingLine = ({ what, isOk, detail }: Finding) =>
  `${isOk ? 'ok  ' : 'FAIL'}  ${what.padEnd(12)}  ${detail.replace(/\s*\n\s*/g, ' ')}`;

/** The reason of an error, in a few words. */
export function reasonOf(error: unknown): string {
  const { name, message, code, cause } = error as NodeJS.ErrnoException;
  if (cause) return reasonOf(cause);
  return [code ?? name, message].filter(Boolean).join(': ');
}
