import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Series } from '../views.ts';
import { number } from './format.ts';

const HEIGHT = 92;
/** Colours of the lines, by what they mean. */
const COLOURS: Readonly<Record<string, string>> = {
  COMPLETED: '--good',
  SUCCEEDED: '--good',
  succeeded: '--good',
  FAILED: '--bad',
  EXHAUSTED: '--bad',
  failed: '--bad',
  waiting: '--quiet',
};

/** The last ten minutes. What it shows is said in words as well. */
export function Chart({ label, series, names }: { label: string; series: Series; names: readonly string[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const lines = series.lines.filter(({ name }) => names.includes(name));
  const shape = names.join();

  // Made anew only where its lines are others.
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element, shape.split(',')), dataOf(series, lines), element);
    };
    make();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', make);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(dataOf(series, lines)), [series, lines]);

  const said = lines.map(
    ({ name, values }) => `${name} ${number(values.at(-1) ?? 0)} now, ${number(Math.max(...values))} at most`,
  );
  return (
    <figure class="chart">
      <figcaption>
        {label}
        {lines.map(({ name }) => (
          <span key={name} class={`key ${(COLOURS[name] ?? '--quiet').slice(2)}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={`${label}, the last ten minutes: ${said.join('; ')}`} />
    </figure>
  );
}

function dataOf({ from, spanMs }: Series, lines: Series['lines']): uPlot.AlignedData {
  const times = (lines[0]?.values ?? []).map((_value, index) => (from + index * spanMs) / 1000);
  return [times, ...lines.map(({ values }) => [...values])];
}

function optionsFor(element: HTMLElement, names: readonly string[]): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 18, 0, 0],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(4, max)] } },
    axes: [
      { ...axis, size: 20, space: 70, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 1]] },
      {
        ...axis,
        size: 34,
        space: 26,
        values: (_plot, values) => values.map((value) => (Number.isInteger(value) ? number(value) : '')),
      },
    ],
    series: [
      {},
      ...names.map((name) => ({
        label: name,
        stroke: colour(COLOURS[name] ?? '--quiet'),
        width: 1.5,
        points: { show: false },
        paths: uPlot.paths.stepped?.({ align: 1 }) ?? null,
      })),
    ],
  } as uPlot.Options;
}
