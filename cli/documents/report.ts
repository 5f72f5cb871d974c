import type { Clock } from '../../time/clock.ts';

/** Milliseconds without a word after which somebody who waits wants to know how far it is. */
const PATIENCE_MS = 1000;
/** Milliseconds between two such words: on a line that is overwritten, and in a log that keeps them all. */
const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 10_000;

export interface ReportOptions {
  /** Takes what was asked for. */
  readonly out: Pick<NodeJS.WriteStream, 'write'>;
  /** Takes failures, and how far it is. */
  readonly err: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a command about documents says: results on one stream, failures and progress on another. Quiet when it is quick. */
export class Report {
  readonly #options: ReportOptions;
  readonly #startedAt: number;
  #saidAt: number;
  #isShowing = false;
  #done = 0;
  #failures = 0;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#saidAt = Number.NEGATIVE_INFINITY;
  }

  /** Documents that were done and that failed, so far. */
  get counts(): { done: number; failures: number } {
    return { done: this.#done, failures: this.#failures };
  }

  /** A line of what was asked for. */
  result(line: string): void {
    this.#clear();
    this.#options.out.write(`${line}\n`);
  }

  /** A document failed, and why. With `--json` the reason is in the results already. */
  failure(line?: string): void {
    this.#failures++;
    if (line !== undefined) this.note(line);
  }

  /** A line for people. */
  note(line: string): void {
    this.#clear();
    this.#options.err.write(`${line}\n`);
  }

  /**
   * One more document is done, well or badly.
   *
   * @param total how many there are; undefined while nobody knows
   */
  progress(total?: number): void {
    this.#done++;
    const { clock, err } = this.#options;
    const now = clock.now();
    if (now - this.#startedAt < PATIENCE_MS || this.#done === total) return;
    if (now - this.#saidAt < (err.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)) return;
    this.#saidAt = now;
    this.#clear();
    const text = `${count(this.#done)}${total === undefined ? '' : ` of ${count(total)}`} documents done`;
    err.write(err.isTTY ? text : `${text}\n`);
    this.#isShowing = err.isTTY;
  }

  /** Leaves the terminal as a next line needs it. */
  #clear(): void {
    if (this.#isShowing) this.#options.err.write('\r\u001b[K');
    this.#isShowing = false;
  }
}

/** A number for people: 10,000. */
export function count(number: number): string {
  return number.toLocaleString('en');
}
