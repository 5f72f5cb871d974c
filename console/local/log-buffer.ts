import type { LogLine } from '../views.ts';

/** Lines kept: those before are in the terminal. */
const MOST_LINES = 5000;
const TRACE = 'logging.googleapis.com/trace';

interface LogQuery {
  readonly q: string;
  /** At least so severe. @default '' any */
  readonly severity: string;
  /** Process of the instance that they are of. @default '' any */
  readonly instance: string;
}

/** As Cloud Logging orders them. */
export const SEVERITIES: readonly string[] = ['DEBUG', 'DEFAULT', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** What the service and Cloud Run have said lately. */
export class LogBuffer {
  #lines: LogLine[] = [];
  #count = 0;

  /**
   * @param line as it was written: JSON of the service, or a sentence of Cloud Run's
   * @param pid of the instance that wrote it, or that it is about. @default none
   */
  add(line: string, now: number, pid?: number): void {
    this.#lines.push({ ...read(line, this.#count++, now), ...(pid !== undefined && { pid }) });
    // Now and then, as each time would copy all.
    if (this.#lines.length > MOST_LINES * 1.5) this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** The newest lines that match, the newest first. */
  newest({ q, severity, instance }: LogQuery, limit: number): LogLine[] {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const least = SEVERITIES.indexOf(severity);
    return this.#newestWhere(limit, (line) => {
      if (SEVERITIES.indexOf(line.severity) < least) return false;
      if (instance !== '' && String(line.pid) !== instance) return false;
      const text = `${line.message}\n${line.rest}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  /** Processes of the instances that lines are of, the one that wrote last first. */
  instances(): number[] {
    return [...new Set(this.#lines.toReversed().flatMap(({ pid }) => pid ?? []))];
  }

  /** The newest lines of a document and of the requests that were about it, the oldest first. */
  ofDocument(documentId: string, limit: number): LogLine[] {
    const own = this.#lines.filter((line) => line.documentId === documentId);
    const traces = new Set(own.flatMap(({ trace }) => trace ?? []));
    const isOwn = (line: LogLine) =>
      line.documentId === documentId || (line.trace !== undefined && traces.has(line.trace));
    return this.#newestWhere(limit, isOwn).reverse();
  }

  #newestWhere(limit: number, holds: (line: LogLine) => boolean): LogLine[] {
    const found: LogLine[] = [];
    for (let i = this.#lines.length - 1; i >= 0 && found.length < limit; i--) {
      const line = this.#lines[i] as LogLine;
      if (holds(line)) found.push(line);
    }
    return found;
  }
}

function read(line: string, id: number, now: number): LogLine {
  const json = parsed(line);
  if (json === undefined) return { id, at: now, severity: 'DEFAULT', message: line, rest: '' };
  const { severity, message, time, [TRACE]: trace, ...rest } = json;
  const { documentId } = rest;
  return {
    id,
    at: Date.parse(String(time)) || now,
    severity: String(severity ?? 'DEFAULT'),
    message: String(message ?? ''),
    ...(typeof documentId === 'string' && { documentId }),
    ...(typeof trace === 'string' && { trace: trace.split('/').at(-1) }),
    rest: JSON.stringify(rest),
  };
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
