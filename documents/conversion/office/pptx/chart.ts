import type { Block } from '../../blocks.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from '../xml.ts';
import { paragraphsText } from './paragraphs.ts';

const NO_LINKS = new Map<string, string>();

/** A chart by its title and kind, and the table of its values, a column for each series; they are stored beside the picture of it. */
export function chartTable(chart: XmlElement): Block[] {
  const title = childOf(chart, 'chart', 'title');
  const text = title
    ? descendantsOf(title, 'rich')
        .map((rich) => paragraphsText(rich, NO_LINKS))
        .join(' ')
        .trim()
    : '';
  const captions = [text, kindOf(chart)].filter((caption) => caption !== '');
  const blocks: Block[] = captions.map((caption) => ({ kind: 'paragraph', text: caption }));
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

/** In words, as in "Bar chart", by the names of its drawings (ECMA-376, part 1, 21.2.2): `barChart`, `pie3DChart`. */
function kindOf(chart: XmlElement): string {
  const kinds = childOf(chart, 'chart', 'plotArea')?.children.map(
    ({ name }) => name.match(/^([a-z]+)(?:3D)?Chart$/)?.[1],
  );
  const words = [...new Set(kinds)].filter((kind) => kind !== undefined).join(' and ');
  return words === '' ? '' : `${words[0]?.toUpperCase()}${words.slice(1)} chart`;
}

/** Stored points by their index; of categories in several levels the innermost. */
function pointsOf(source: XmlElement | undefined): ReadonlyMap<number, string> {
  const points = new Map<number, string>();
  if (!source) return points;
  const innermost = descendantsOf(source, 'lvl')[0] ?? source;
  for (const point of descendantsOf(innermost, 'pt')) {
    const value = childOf(point, 'v')?.text.trim() ?? '';
    points.set(Number(point.attributes.idx), tidy(value));
  }
  return childrenOf(source, 'v').length > 0 ? new Map([[0, childOf(source, 'v')?.text.trim() ?? '']]) : points;
}

/** Binary fractions that Excel stores with 17 digits. */
function tidy(value: string): string {
  return /^-?\d+\.\d{10,}$/.test(value) ? String(Number(Number(value).toPrecision(15))) : value;
}
