import { textTable } from '../cli/terminal-text.ts';
import { type Aim, type Comparison, verdictOf } from './comparison.ts';

const HEADINGS = ['Measured', 'Against', 'Median', 'Baseline', 'Ratio', 'Aim', 'Met'];
const RIGHT_ALIGNED = new Set([2, 3, 4]);

/** A table for people, with a row for each comparison. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => {
    const { what, baselineName, unit, measured, baseline, aim } = comparison;
    const { ratio, met } = verdictOf(comparison);
    const quantities = [`${measured.toFixed(1)} ${unit}`, `${baseline.toFixed(1)} ${unit}`, ratio.toFixed(2)];
    return [what, baselineName, ...quantities, describe(aim), met ? 'yes' : 'no'];
  });
  return textTable(HEADINGS, rows, RIGHT_ALIGNED);
}

/** One line for programs. */
export function comparisonJson(comparison: Comparison): string {
  return JSON.stringify({ ...comparison, ...verdictOf(comparison) });
}

function describe(aim: Aim): string {
  return 'timesFaster' in aim ? `at least ${aim.timesFaster} times faster` : `at most ${aim.timesBaseline}`;
}
