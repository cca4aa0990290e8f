/** What a secret looks like, wherever it stands. */
const looks: Record<string, RegExp> = {
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(\\n)?[\w+/]{20}/,
  'a signed token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  'a key of AWS': /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  'a token of GitHub, GitLab, npm or Slack':
    /\b(gh[pousr]_\w{30,}|glpat-[\w-]{20}|npm_\w{30,}|xox[abpr]-[\w-]{10,})/,
  'a password in a URL': /\b[a-z][a-z0-9+]*:\/\/[^\s:@/'"`$<>{}]+:[^\s:@/'"`$<>{}]+@[\w[]/i,
};

/** What besides must not stand in a log. */
const looksInLogs: Record<string, RegExp> = {
  ...looks,
  'a bearer token': /\bbearer [\w.~+/-]{8,}/i,
  "a signed address's signature": /X-Amz-Signature=\w{8}/i,
  'a link that sets a password': /#token=[\w-]{8}/,
  // By what stands before it: six digits alone may be any number. Or as the line of a mail that it is.
  'a code that was mailed': /\b(code|código|secret)\W{1,4}\d{6}\b|(\\n|^) {4}\d{6}(\\n|$)/i,
  'the hash of a password': /\$argon2|\$2[aby]\$\d\d\$/,
  'a field that holds a secret':
    /"(password\d?|authorization|(access_|refresh_)?token)":\s*"(?!\[Redacted\])./i,
};

const found = (patterns: Record<string, RegExp>, text: string) =>
  Object.keys(patterns).filter((what) => patterns[what]?.test(text));

export const secretsInFile = (text: string): string[] =>
  text.split('\n').flatMap((line) => found(looks, line));

/** A scan for what secrets look like, and for those of a run. */
export function logScan(secrets: string[]): (line: string) => string[] {
  // Of long ones there are thousands; whole words of a line are looked up.
  const long = new Set(secrets.filter((secret) => secret.length >= 20));
  const short = [...new Set(secrets)].filter((secret) => secret.length >= 8 && secret.length < 20);
  return (line) => {
    const known =
      short.some((secret) => line.includes(secret)) ||
      line.match(/[\w.~+/-]{20,}/g)?.some((word) => long.has(word));
    return [...found(looksInLogs, line), ...(known ? ['a secret of this run'] : [])];
  };
}

/**
 * Tells, asked of each line in turn, whether it shows a mail of the local stack: it has nobody to send them to, so
 * their codes and links are for who reads its log. There, a mail goes on until the next line that has a time.
 */
export function mailFilter(): (line: string) => boolean {
  let isOfMail = false;
  return (line) => {
    if (line.startsWith('{')) return messageOf(line) === MAIL;
    if (TIMED.test(line)) isOfMail = line.replace(TIMED, '').startsWith(`${MAIL} mail_id=`);
    return isOfMail;
  };
}

const MAIL = 'mail written';
const TIMED = /^\d\d:\d\d:\d\d {2}\S+ +/;

function messageOf(line: string): unknown {
  try {
    return JSON.parse(line).message;
  } catch {
    return undefined;
  }
}
