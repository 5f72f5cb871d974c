import { RecentSeries } from '../../console/recent-series.ts';

const SPAN = 10_000;
const values = (series: RecentSeries, now: number) => series.at(now).lines.map((line) => line.values.slice(-3));

test('counts what happened in each span of ten seconds', () => {
  const series = new RecentSeries({ done: 'count' });
  series.count('done', 100 * SPAN, 100 * SPAN);
  series.count('done', 100 * SPAN + 9_999, 100 * SPAN + 9_999);
  series.count('done', 101 * SPAN, 101 * SPAN);
  expect(values(series, 102 * SPAN)).toEqual([[2, 1, 0]]);
});

test('a level stays what it was until it changes', () => {
  const series = new RecentSeries({ waiting: 'level' });
  series.level('waiting', 7, 100 * SPAN);
  series.level('waiting', 4, 102 * SPAN);
  expect(values(series, 102 * SPAN)).toEqual([[7, 7, 4]]);
});

test('keeps ten minutes, however long it runs', () => {
  const series = new RecentSeries({ done: 'count', waiting: 'level' });
  series.level('waiting', 5, 0);
  series.count('done', 0, 0);
  const { from, spanMs, lines } = series.at(1_000_000 * SPAN);
  expect({ from, spanMs }).toEqual({ from: (1_000_000 - 59) * SPAN, spanMs: SPAN });
  expect(lines.map((line) => line.values)).toEqual([new Array(60).fill(0), new Array(60).fill(5)]);
});

test('what is older than the chart is left out, what is younger goes where it belongs', () => {
  const series = new RecentSeries({ done: 'count' });
  series.count('done', 10 * SPAN, 100 * SPAN);
  series.count('done', 99 * SPAN, 100 * SPAN);
  expect(values(series, 100 * SPAN)).toEqual([[0, 1, 0]]);
  expect(series.at(100 * SPAN).lines[0]?.values.reduce((sum, value) => sum + value)).toBe(1);
});
