import type { Comparison } from './comparison.ts';

/** To add one, write its file and name it in `main.ts`. */
export interface Measurement {
  /** What `--only` calls it. */
  readonly name: string;
  /**
   * Measures side by side in interleaved runs, and leaves neither process nor file behind. The bundle is there already.
   *
   * @throws when a measurement cannot be made
   */
  measure(options: MeasureOptions): Promise<Comparison[]>;
}

interface MeasureOptions {
  /** Samples of each kind. */
  readonly runs: number;
  /** Ends the measuring when aborted. */
  readonly signal: AbortSignal;
}
