import { type DestinationStream, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stdout, one a fact. What could hold a secret is cut before it is written. */
export function createLog(service: string, level = 'info', destination?: DestinationStream) {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
    redact: [
      '*.password',
      '*.authorization',
      '*.token',
      '*.refresh_token',
      'err.parameters',
      'err.query',
      'err.args',
    ],
  };
  return destination ? pino(options, destination) : pino(options);
}
