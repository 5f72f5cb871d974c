import type { Clock } from '../time/clock.ts';

/** Milliseconds without a word after which somebody who waits wants to know how far it is. */
const PATIENCE_MS = 1000;
/** Milliseconds between two such words: on a line that is overwritten, and in a log that keeps them all. */
const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 10_000;

const CLEAR_LINE = '\r\u001b[K';

/** Of what is counted, all that is known. */
export interface CountOptions {
  /** How many there are. @default nobody knows */
  readonly total?: number | undefined;
  /** How many are worked on at once. @default 1 */
  readonly atOnce?: number;
  /** How many more are done. @default 1 */
  readonly by?: number;
}

interface ProgressOptions {
  readonly output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Says how far a command is: in a terminal on its last line, which is overwritten and gone at the end; in a log by a line now and
 * then. A count is quiet as long as it is quick.
 */
export class Progress implements Disposable {
  readonly #options: ProgressOptions;
  #startedAt: number;
  #saidAt = Number.NEGATIVE_INFINITY;
  #done = 0;
  /** What stands on the last line of the terminal. */
  #shown = '';

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Says at once what is done from now on. */
  step(what: string): void {
    this.#show(what);
  }

  /**
   * So many more are done.
   *
   * @param counted what: `documents done`
   */
  advance(counted: string, { total, atOnce = 1, by = 1 }: CountOptions = {}): void {
    this.#done += by;
    const now = this.#options.clock.now();
    // The last one needs no word: the end says it.
    if (now - this.#startedAt < PATIENCE_MS || this.#done === total) return;
    if (now - this.#saidAt < (this.#options.output.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)) return;
    this.#saidAt = now;
    const left = timeLeft(this.#done, total ?? 0, atOnce, now - this.#startedAt);
    this.#show(howFar(this.#done, total, now - this.#startedAt, counted) + left);
  }

  /** A line that stays. */
  print(line: string): void {
    this.above(() => this.#options.output.write(`${line}\n`));
  }

  /** Lets lines be written that stay, to whatever stream: they come above what is overwritten. */
  above(write: () => void): void {
    const shown = this.#shown;
    this.#clear();
    write();
    if (shown !== '') this.#show(shown);
  }

  /** Leaves the terminal as a next line needs it. What is counted from now on begins anew. */
  end(): void {
    this.#clear();
    this.#done = 0;
    this.#startedAt = this.#options.clock.now();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #show(text: string): void {
    const { output } = this.#options;
    this.#clear();
    output.write(output.isTTY ? text : `${text}\n`);
    if (output.isTTY) this.#shown = text;
  }

  #clear(): void {
    if (this.#shown !== '') this.#options.output.write(CLEAR_LINE);
    this.#shown = '';
  }
}

/** `1,234 of 5,000 documents done, 56 a second`; without a total, what was done and how quickly. */
function howFar(done: number, total: number | undefined, ms: number, counted: string): string {
  const count = total === undefined ? numberForPeople(done) : `${numberForPeople(done)} of ${numberForPeople(total)}`;
  return `${count} ${counted}, ${rate((done * 1000) / ms)}`;
}

/**
 * `, 67 s left`, where the rate so far tells it. The first that are done at once tell nothing of the rate, as all of them may have
 * begun together, nor does it tell anything of those that are under way when none waits any more.
 */
function timeLeft(done: number, total: number, atOnce: number, ms: number): string {
  if (done < 2 * atOnce || total - done <= atOnce) return '';
  return `, ${duration(((total - done) * ms) / done)} left`;
}

function rate(perSecond: number): string {
  return perSecond < 1 ? `${numberForPeople(perSecond * 60)} a minute` : `${numberForPeople(perSecond)} a second`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** A number for people: 10,000; a small one with a digit behind the point. */
export function numberForPeople(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: number < 10 ? 1 : 0 });
}
