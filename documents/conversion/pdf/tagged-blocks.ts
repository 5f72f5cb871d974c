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
 * @returns undefined when there are none, or when they leave out part of the page's text
 */
export function readTaggedPage(tree: StructureNode | null, runs: readonly TextRun[]): TaggedPage | undefined {
  if (!tree) return undefined;
  const reader = new TagReader(runs);
  reader.readContainer(tree, 0);
  const total = countCharacters(runs.filter((run) => !run.artifact));
  if (reader.charactersRead < total * COVERAGE) return undefined;
  return { blocks: reader.blocks, telling: reader.telling };
}

class TagReader {
  readonly blocks: Block[] = [];
  telling = false;
  charactersRead = 0;
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
    if (node.type === 'content' && node.id !== undefined) return this.runsByMark.get(node.id) ?? [];
    return (node.children ?? []).flatMap((child) => this.runsOf(child));
  }
}

function isInline(node: StructureNode): boolean {
  if (node.role === undefined) return true;
  return /^(Span|Link|Em|Strong|Quote|Code|Reference|Annot|Lbl|Sub|Ruby|RB|RT|Warichu|Formula|BibEntry)$/.test(
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
