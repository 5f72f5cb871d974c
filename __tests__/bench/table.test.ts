import type { Comparison } from '../../bench/comparison.ts';
import { comparisonJson, comparisonTable } from '../../bench/table.ts';

const slow: Comparison = {
  what: 'start',
  baselineName: 'bare server',
  unit: 'ms',
  measured: 161.24,
  baseline: 100,
  aim: { timesBaseline: 1.6 },
};
const fast: Comparison = { ...slow, what: 'synth', measured: 200, baseline: 1500, aim: { timesFaster: 6 } };

test('shows each comparison in a row, with its ratio, its aim and whether it is met', () => {
  expect(comparisonTable([slow, fast]).split('\n')).toEqual([
    'Measured  Against        Median   Baseline  Ratio  Aim                      Met',
    '--------  -----------  --------  ---------  -----  -----------------------  ---',
    'start     bare server  161.2 ms   100.0 ms   1.61  at most 1.6              no',
    'synth     bare server  200.0 ms  1500.0 ms   7.50  at least 6 times faster  yes',
  ]);
});

test('a line of JSON has the exact figures and the verdict', () => {
  expect(JSON.parse(comparisonJson(slow))).toEqual({ ...slow, ratio: 1.6124, met: false });
});
