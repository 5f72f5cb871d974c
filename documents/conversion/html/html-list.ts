import { LIST_INDENT } from '../blocks.ts';
import { numberAs } from '../list-number.ts';
import { type HtmlBlock, indented, standingClose } from './html-block.ts';
import { attributeOf, type HtmlElement, type HtmlNode } from './html-tree.ts';

type ToBlocks = (nodes: readonly HtmlNode[]) => HtmlBlock[];

/** Of the attribute `type` (HTML Living Standard, 4.4.5). */
const FORMATS: Readonly<Record<string, string>> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
};

interface Item {
  readonly marker: string;
  readonly blocks: HtmlBlock[];
}

/**
 * A list with the numbers that a reader sees. Lists and text between its items belong to the item before them, where browsers put them.
 *
 * @returns the list, and before it what stands in it before the first item
 */
export function listBlocks(list: HtmlElement, toBlocks: ToBlocks): HtmlBlock[] {
  const items: Item[] = [];
  const before: HtmlBlock[] = [];
  const numbers = list.name === 'ol' ? numbersOf(list) : undefined;
  for (const { name, nodes } of partsOf(list.children, ['li'])) {
    const blocks = toBlocks(nodes);
    if (name === 'li')
      items.push(numbers === undefined ? { marker: '-', blocks } : numbered(numbers.next().value, list, blocks));
    else for (const block of blocks) (items.at(-1)?.blocks ?? before).push(block);
  }
  return [...before, ...written(items)];
}

/** Markdown's lists have digits alone: what stands there otherwise becomes a part of the item. */
function numbered(number: number, list: HtmlElement, blocks: HtmlBlock[]): Item {
  const format = FORMATS[attributeOf(list, 'type')?.trim() ?? ''];
  const [first, ...others] = blocks;
  if (format === undefined || first?.kind !== 'paragraph') return { marker: `${number}.`, blocks };
  const [line = '', ...lines] = first.lines;
  return { marker: '-', blocks: [{ ...first, lines: [`${numberAs(number, format)}. ${line}`, ...lines] }, ...others] };
}

/** Terms and what is said about them: an item for each group, in it the terms and their descriptions. */
export function descriptionBlocks(list: HtmlElement, toBlocks: ToBlocks): HtmlBlock[] {
  const items: Item[] = [];
  let last = '';
  for (const { name, nodes } of partsOf(withoutGroups(list), ['dt', 'dd'])) {
    const blocks = toBlocks(nodes);
    if (blocks.length === 0) continue;
    if (items.length === 0 || (name === 'dt' && last !== 'dt')) items.push({ marker: '-', blocks: [] });
    for (const block of blocks) items.at(-1)?.blocks.push(block);
    last = name;
  }
  return written(items);
}

function written(items: readonly Item[]): HtmlBlock[] {
  const lines: string[] = [];
  for (const { marker, blocks } of items) {
    const [first] = blocks;
    if (first === undefined) continue;
    const indent = LIST_INDENT.padEnd(marker.length + 1);
    // What has an indentation of its own must begin where its other lines do.
    const start = /^(?:paragraph|heading)$/.test(first.kind) ? `${marker} ` : marker.padEnd(indent.length);
    for (const line of indented(standingClose(blocks), start, indent)) lines.push(line);
  }
  return lines.length === 0 ? [] : [{ kind: 'list', lines }];
}

/** The elements with the given names, each with its content, and whatever stands between them. */
function partsOf(
  nodes: readonly HtmlNode[],
  names: readonly string[],
): { readonly name: string; readonly nodes: readonly HtmlNode[] }[] {
  const parts: { readonly name: string; readonly nodes: HtmlNode[] }[] = [];
  for (const node of nodes) {
    if (typeof node !== 'string' && names.includes(node.name)) parts.push({ name: node.name, nodes: [node] });
    else if (parts.at(-1)?.name === '') parts.at(-1)?.nodes.push(node);
    else parts.push({ name: '', nodes: [node] });
  }
  return parts;
}

/** A `<div>` may hold each group. */
function withoutGroups({ children }: HtmlElement): readonly HtmlNode[] {
  return children.flatMap((child) => (typeof child !== 'string' && child.name === 'div' ? child.children : [child]));
}

/** As `start`, `reversed` and each item's `value` number them (HTML Living Standard, 4.4.5 and 4.4.8). */
function* numbersOf(list: HtmlElement): Generator<number, never> {
  const items = list.children.filter((child) => typeof child !== 'string' && child.name === 'li') as HtmlElement[];
  const step = attributeOf(list, 'reversed') === undefined ? 1 : -1;
  let number = integerOf(attributeOf(list, 'start')) ?? (step === 1 ? 1 : items.length);
  for (const item of items) {
    number = integerOf(attributeOf(item, 'value')) ?? number;
    yield number;
    number += step;
  }
  throw new Error('A list has no more numbers than items.');
}

/** Nine digits are what Markdown takes for a list's number. */
function integerOf(value: string | undefined): number | undefined {
  const number = Number.parseInt(value ?? '', 10);
  return Math.abs(number) < 1e9 ? number : undefined;
}
