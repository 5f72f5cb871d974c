import type { Block } from '../blocks.ts';
import { joinAcrossStretchedSpaces } from './aligned-gaps.ts';
import { type Box, boxesOf, ruledTableIn } from './box.ts';
import { learnHeadings } from './headings.ts';
import { isLabel, splitItem, startsWithBullet } from './list-marks.ts';
import { type PageSegments, withoutRunningHeaders } from './running-headers.ts';
import { joinLines } from './segment.ts';
import { findTables, type Row, rowsOf } from './table-finder.ts';

const LEVEL_INDENT = 0.8;

/** Rebuilds blocks from where the text stands, for pages without tags. All pages at once: headings and headers show only so. */
export function laidOutBlocks(pages: readonly PageSegments[]): Block[][] {
  const boxes = withoutRunningHeaders(pages).map((segments) => boxesOf(joinAcrossStretchedSpaces(segments)));
  const levelOf = learnHeadings(boxes.flat());
  return boxes.map((page) => pageBlocks(page, levelOf));
}

function pageBlocks(boxes: readonly Box[], levelOf: (box: Box) => number | undefined): Block[] {
  const right = boxes.reduce((most, box) => Math.max(most, box.right), 0);
  const left = boxes.reduce((least, box) => Math.min(least, box.left), right);
  const bullets = new BulletDepths();
  const isHeading = (box: Box) => levelOf(box) !== undefined;
  return findTables(rowsOf(boxes), right - left, isHeading).flatMap((found): Block[] => {
    if ('table' in found) return [{ kind: 'table', rows: found.table }];
    const { row } = found;
    if (row.length > 1 && row.every((box) => box.lines.length === 1 || isHeading(box))) {
      return [lineOf(row, levelOf, bullets)];
    }
    const [label, ...rest] = row;
    if (label && rest.length === 1 && isLabel(textOf(label))) {
      return [itemOf(row.map(textOf).join(' '), bullets.depthOf(label))];
    }
    return row.map((box) => {
      const rows = ruledTableIn(box);
      if (rows !== undefined) return { kind: 'table', rows };
      const text = textOf(box);
      const level = levelOf(box);
      if (level !== undefined) return { kind: 'heading', level, text };
      return startsWithBullet(text) ? itemOf(text, bullets.depthOf(box)) : { kind: 'paragraph', text };
    });
  });
}

/** Boxes that stand on one line without being a table's: the number and words of a heading, a bullet and its item, a form's line. */
function lineOf(row: Row, levelOf: (box: Box) => number | undefined, bullets: BulletDepths): Block {
  const text = row.map(textOf).join(' ');
  const longest = row.reduce((best, box) => (textOf(box).length > textOf(best).length ? box : best));
  const level = levelOf(longest);
  if (level !== undefined) return { kind: 'heading', level, text };
  const [label] = row;
  return label && isLabel(textOf(label)) ? itemOf(text, bullets.depthOf(label)) : { kind: 'paragraph', text };
}

function textOf(box: Box): string {
  return joinLines(box.lines.map(({ text }) => text));
}

function itemOf(text: string, depth: number): Block {
  return { kind: 'item', depth, ...splitItem(text) };
}

/** Nesting of list items by how far their bullets are indented. */
class BulletDepths {
  private indents: number[] = [];

  depthOf({ left, size }: Box): number {
    this.indents = this.indents.filter((indent) => indent < left + LEVEL_INDENT * size);
    const last = this.indents.at(-1);
    if (last === undefined || left > last + LEVEL_INDENT * size) this.indents.push(left);
    return this.indents.length - 1;
  }
}
