import type { Clock } from '../../time/clock.ts';
import { type CountOptions, Progress } from '../progress.ts';

interface ReportOptions {
  /** Takes what was asked for. */
  readonly out: Pick<NodeJS.WriteStream, 'write'>;
  /** Takes failures, and how far it is. */
  readonly err: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a command about documents says: results on one stream, failures and progress on another. */
export class Report {
  readonly #out: ReportOptions['out'];
  readonly #progress: Progress;
  #failures = 0;
  #results = 0;

  constructor({ out, err, clock }: ReportOptions) {
    this.#out = out;
    this.#progress = new Progress({ output: err, clock });
  }

  /** Documents that failed so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether nothing was told of any document so far. */
  get isEmpty(): boolean {
    return this.#results + this.#failures === 0;
  }

  /** A line of what was asked for. */
  result(line: string): void {
    this.#results++;
    this.#progress.above(() => this.#out.write(`${line}\n`));
  }

  /** A document failed, and why. With `--json` the reason is in the results already. */
  failure(line?: string): void {
    this.#failures++;
    if (line !== undefined) this.note(line);
  }

  /** A line for people. */
  note(line: string): void {
    this.#progress.print(line);
  }

  /** One more document is done, well or badly. */
  done(count: CountOptions): void {
    this.#progress.advance('documents done', count);
  }

  /** Nothing is done any more. */
  end(): void {
    this.#progress.end();
  }
}
