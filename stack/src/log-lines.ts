/** Says one line on stdout, after the time and who speaks. */
export function say(who: string, message: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${who.padEnd(11)} ${message}\n`);
}

const shown = new Set([
  'level',
  'time',
  'service',
  'message',
  'request_id',
  'err',
  'method',
  'route',
  'path',
  'status',
  'ms',
]);

/** The object that a line of JSON is. */
export function parse(line: string): Record<string, unknown> | undefined {
  try {
    const entry = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** A service's JSON line as a person reads it; what is no log's line passes as it is. */
export function readable(line: string): string {
  const entry = parse(line);
  if (!entry?.message) return line;
  const { level, message, err } = entry;
  const text =
    message === 'request'
      ? `${entry.method} ${inOneLine(String(entry.path))} ${entry.status} ${entry.ms} ms`
      : String(message);
  const rest = Object.entries(entry)
    .filter(([key]) => !shown.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const failure = err && typeof err === 'object' && 'message' in err ? [`(${String(err.message)})`] : [];
  const urgency = level === 'info' || level === 'debug' ? [] : [String(level).toUpperCase()];
  return [...urgency, text, ...rest, ...failure].join(' ');
}

/** A path is decoded; what would break the line, or tell the terminal something, is shown as it was sent. */
const inOneLine = (path: string) => path.replace(/\p{Cc}/gu, encodeURIComponent);
