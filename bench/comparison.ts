/** Two medians of one run beside each other, and what their ratio should be. */
export interface Comparison {
  /** What was measured: `synth`. */
  readonly what: string;
  /** What it is compared with: `bare node:http server`. */
  readonly baselineName: string;
  readonly unit: 'ms' | 'MB';
  /** In `unit`. */
  readonly measured: number;
  /** In `unit`, above 0. */
  readonly baseline: number;
  readonly aim: Aim;
}

/** At most so many times the baseline, or at least so many times faster than it. */
export type Aim = { readonly timesBaseline: number } | { readonly timesFaster: number };

interface AimVerdict {
  /** Measured to baseline; baseline to measured where the aim is to be faster. */
  readonly ratio: number;
  readonly met: boolean;
}

/** Judges by the exact ratio, not by the one that is shown. */
export function verdictOf({ measured, baseline, aim }: Comparison): AimVerdict {
  if ('timesFaster' in aim) {
    const ratio = baseline / measured;
    return { ratio, met: ratio >= aim.timesFaster };
  }
  const ratio = measured / baseline;
  return { ratio, met: ratio <= aim.timesBaseline };
}
