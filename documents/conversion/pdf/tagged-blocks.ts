import type { Block } from '../blocks.ts';
import { splitItem } from './list-marks.ts';
import { joinLines, segmentsOf } from './segment.ts';
import type { TextRun } from './text-run.ts';

/** A node of a page's structure tree, as pdf.js gives it: with `role` and `children`, or a piece of marked content. */
export interface StructureNode {
  readonly role?: string;
  readonly children?: readonly StructureNode[];
  readonly type?: string;
  readonly id?: string;
}

/** Share of a page's text that its tags must reach before they are believed. */
const COVERAGE = 0.9;
/** In font sizes: how far the baselines of a paragraph's pieces may be apart, on one line and on two. */
const SAME_LINE = 0.3;
const NEXT_LINE = 1.6;
const SAME_SIZE = 0.08;
/** Roles that say more than where a paragraph is (PDF 32000-1, 14.8.4). */
const TELLING = /^(H\d?|Title|L|Table)$/;

/** A tagged PDF says itself what is a heading, a list and a table. */
export interface TaggedPage {
  readonly blocks: readonly Block[];
  /** Whether any tag says more than "paragraph". */
  readonly telling: boolean;
}

/**
 * Reads a page by its tags.
 *
 * @param annotations what lies on the page: all of it must be in the tags, since it is little and says much
 * @returns undefined when there are none, or when they leave out part of the page's text
 */
export function readTaggedPage(
  tree: StructureNode | null,
  runs: readonly TextRun[],
  annotations: readonly TextRun[] = [],
): TaggedPage | undefined {
  if (!tree) return undefined;
  const reader = new TagReader([...runs, ...annotations]);
  reader.readContainer(tree, 0);
  if (!annotations.every(({ mark }) => mark !== undefined && reader.marksRead.has(mark))) return undefined;
  const total = countCharacters(runs.filter((run) => !run.artifact));
  if (reader.charactersRead < total * COVERAGE) return undefined;
  return { blocks: reader.blocks, telling: reader.telling };
}

class TagReader {
  readonly blocks: Block[] = [];
  telling = false;
  charactersRead = 0;
  readonly marksRead = new Set<string>();
  private readonly runsByMark = new Map<string, TextRun[]>();

  constructor(runs: readonly TextRun[]) {
    for (const run of runs) {
      if (run.mark === undefined || run.artifact) continue;
      const marked = this.runsByMark.get(run.mark);
      if (marked) marked.push(run);
      else this.runsByMark.set(run.mark, [run]);
    }
  }

  /** Blocks inside become blocks; the text between them paragraphs. */
  readContainer(node: StructureNode, depth: number): void {
    let inline: StructureNode[] = [];
    const flush = () => {
      this.push({ kind: 'paragraph', text: this.textOf(inline) });
      inline = [];
    };
    for (const child of node.children ?? []) {
      if (isInline(child)) {
        const before = inline.at(-1);
        if (before && node.role !== 'P' && isGroup(child) && !this.goOn(before, child)) flush();
        inline.push(child);
      } else {
        flush();
        this.readBlock(child, depth);
      }
    }
    flush();
  }

  private readBlock(node: StructureNode, depth: number): void {
    const role = node.role ?? '';
    if (TELLING.test(role)) this.telling = true;
    const level = role === 'Title' ? 1 : role === 'H' ? 2 : Number(role.match(/^H([1-6])$/)?.[1] ?? 0);
    if (level > 0) this.push({ kind: 'heading', level, text: this.textOf([node]) });
    else if (role === 'L') this.readList(node, depth);
    else if (role === 'Table') this.readTable(node);
    else this.readContainer(node, depth);
  }

  /** Whether a piece of text stands where a paragraph that another began would go on. */
  private goOn(before: StructureNode, piece: StructureNode): boolean {
    const last = this.runsOf(before).at(-1);
    const [next] = this.runsOf(piece);
    if (!last || !next) return true;
    const isSameSize = Math.abs(last.size - next.size) < SAME_SIZE * last.size;
    return Math.abs(next.y - last.y) < (isSameSize ? NEXT_LINE : SAME_LINE) * last.size;
  }

  private readList(list: StructureNode, depth: number): void {
    for (const item of list.children ?? []) {
      if (item.role === 'L') {
        this.readList(item, depth + 1);
        continue;
      }
      const label = this.textOf(findAll(item, 'Lbl', 'L'));
      const own = this.textOf(findAll(item, undefined, 'L', 'Lbl'));
      const number = label.match(/^\(?(\d{1,9})[.)]?$/)?.[1];
      this.push({ kind: 'item', depth, ...splitItem(own), ...(number && { marker: `${number}.`, text: own }) });
      for (const nested of findAll(item, 'L')) this.readList(nested, depth + 1);
    }
  }

  private readTable(table: StructureNode): void {
    this.push({ kind: 'paragraph', text: this.textOf(findAll(table, 'Caption', 'TR')) });
    const rows = findAll(table, 'TR').map((row) =>
      (row.children ?? []).filter(({ role }) => role === 'TH' || role === 'TD').map((cell) => this.textOf([cell])),
    );
    this.push({ kind: 'table', rows: rows.filter((row) => row.some((cell) => cell !== '')) });
  }

  private push(block: Block): void {
    const empty = block.kind === 'table' ? block.rows.length === 0 : block.text === '';
    if (!empty) this.blocks.push(block);
  }

  private textOf(nodes: readonly StructureNode[]): string {
    const runs = nodes.flatMap((node) => this.runsOf(node));
    this.charactersRead += countCharacters(runs);
    return joinLines(segmentsOf(runs).map(({ text }) => text));
  }

  private runsOf(node: StructureNode): TextRun[] {
    if ((node.type === 'content' || node.type === 'annotation') && node.id !== undefined) {
      this.marksRead.add(node.id);
      return this.runsByMark.get(node.id) ?? [];
    }
    return (node.children ?? []).flatMap((child) => this.runsOf(child));
  }
}

/** A group that says nothing of what it holds (14.8.4.2): browsers put one around each piece of a line. */
function isGroup({ role }: StructureNode): boolean {
  return role === 'NonStruct' || role === 'Private';
}

function isInline(node: StructureNode): boolean {
  if (node.role === undefined) return true;
  if (isGroup(node)) return (node.children ?? []).every(isInline);
  return /^(Span|Link|Em|Strong|Quote|Code|Reference|Annot|Lbl|Sub|Ruby|RB|RT|Warichu|Formula|BibEntry|Form)$/.test(
    node.role,
  );
}

/**
 * The outermost nodes of a role below a node; without a role, its pieces of content.
 *
 * @param except roles that are not looked into
 */
function findAll(node: StructureNode, role: string | undefined, ...except: string[]): StructureNode[] {
  return (node.children ?? []).flatMap((child) => {
    if (child.role === role) return [child];
    return child.role !== undefined && except.includes(child.role) ? [] : findAll(child, role, ...except);
  });
}

function countCharacters(runs: readonly TextRun[]): number {
  return runs.reduce((sum, { text }) => sum + text.trim().length, 0);
}
