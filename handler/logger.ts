import pino, { type DestinationStream, type Logger } from 'pino';
import { isoTime } from '../time/iso-time.ts';

export type { Logger };

/** pino's levels in Cloud Logging's words (reference: `LogEntry.severity`). */
const SEVERITIES: Record<string, string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/**
 * Logs one JSON object a line, as Cloud Logging reads it from a container's standard output.
 *
 * Each line is written before the call returns. pino's default hands lines to another thread: what waits there is lost with a
 * killed process, grows when the reader is slow, and costs each further line the length of all that waits.
 */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${isoTime(Date.now())}"`,
    formatters: { level: (label: string) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }) },
  };
  return pino(options, destination);
}

function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: true });
}
