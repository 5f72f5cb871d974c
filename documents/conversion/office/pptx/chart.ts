import type { Block } from '../../blocks.ts';
import { childOf, descendantsOf, type XmlElement } from '../xml.ts';
import { paragraphsText } from './paragraphs.ts';

const NO_LINKS = new Map<string, string>();

/** A chart by its title, its kind and its axes, and the table of its values, a column for each series; they are stored beside the picture of it. */
export function chartTable(chart: XmlElement): Block[] {
  const axes = childOf(chart, 'chart', 'plotArea')?.children.filter(({ name }) => /Ax$/.test(name)) ?? [];
  const axisTitles = axes.map(titleOf).filter((title) => title !== '');
  const captions = [
    titleOf(childOf(chart, 'chart')),
    kindOf(chart),
    axisTitles.length === 0 ? '' : `Axes: ${axisTitles.join(', ')}`,
  ];
  const blocks = captions.filter((text) => text !== '').map((text): Block => ({ kind: 'paragraph', text }));
  const series = descendantsOf(chart, 'ser');
  if (series.length === 0) return blocks;
  const categories = pointsOf(childOf(series[0], 'cat') ?? childOf(series[0], 'xVal'));
  const columns = series.map((one) => pointsOf(childOf(one, 'val') ?? childOf(one, 'yVal')));
  const names = series.map((one) => [...pointsOf(childOf(one, 'tx')).values()].join(' '));
  const indexes = new Set([...categories.keys(), ...columns.flatMap((column) => [...column.keys()])]);
  if (indexes.size === 0) return blocks;
  const rows = [...indexes]
    .sort((a, b) => a - b)
    .map((index) => [categories.get(index) ?? '', ...columns.map((column) => column.get(index) ?? '')]);
  blocks.push({ kind: 'table', rows: [['', ...names], ...rows] });
  return blocks;
}

/** Of a chart, or of one of its axes, which often says the unit. */
function titleOf(element: XmlElement | undefined): string {
  const title = childOf(element, 'title');
  if (title === undefined) return '';
  const texts = descendantsOf(title, 'rich').map((rich) => paragraphsText(rich, NO_LINKS));
  return (texts.length > 0 ? texts : [...pointsOf(childOf(title, 'tx')).values()]).join(' ').trim();
}

/** In words, as in "Bar chart", by the names of its drawings (ECMA-376, part 1, 21.2.2): `barChart`, `pie3DChart`. */
function kindOf(chart: XmlElement): string {
  const kinds = childOf(chart, 'chart', 'plotArea')?.children.map(
    ({ name }) => name.match(/^([a-z]+)(?:3D)?Chart$/)?.[1],
  );
  const words = [...new Set(kinds)].filter((kind) => kind !== undefined).join(' and ');
  return words === '' ? '' : `${words[0]?.toUpperCase()}${words.slice(1)} chart`;
}

/** Stored points by their index; of categories in several levels, as of quarters in years, each with those that it is part of. */
function pointsOf(source: XmlElement | undefined): ReadonlyMap<number, string> {
  if (!source) return new Map();
  const own = childOf(source, 'v')?.text.trim();
  if (own !== undefined) return new Map([[0, own]]);
  const [innermost = source, ...outer] = descendantsOf(source, 'lvl');
  const points = pointsIn(innermost);
  const levels = outer.map(pointsIn).reverse();
  if (levels.length === 0) return points;
  /** The last point of each level, which goes on until the next. */
  const around: string[] = [];
  const indexes = [...new Set([...points.keys(), ...levels.flatMap((level) => [...level.keys()])])].sort(
    (a, b) => a - b,
  );
  return new Map(
    indexes.map((index) => {
      levels.forEach((level, i) => {
        around[i] = level.get(index) ?? around[i] ?? '';
      });
      return [index, [...around, points.get(index) ?? ''].filter((text) => text !== '').join(' ')];
    }),
  );
}

function pointsIn(level: XmlElement): Map<number, string> {
  const points = descendantsOf(level, 'pt');
  return new Map(points.map((point) => [Number(point.attributes.idx), tidy(childOf(point, 'v')?.text.trim() ?? '')]));
}

/** Binary fractions that Excel stores with 17 digits. */
function tidy(value: string): string {
  return /^-?\d+\.\d{10,}$/.test(value) ? String(Number(Number(value).toPrecision(15))) : value;
}
