import type { PDFDocumentProxy, PDFPageProxy } from 'unpdf/pdfjs';
import { type PageAnnotations, readAnnotations } from './annotations.ts';
import { withLigatures } from './ligatures.ts';
import { leavesTablesOpen } from './open-tables.ts';
import { withAnnotations } from './placed-annotations.ts';
import { ruledTables } from './ruled-tables.ts';
import { readRules } from './rules.ts';
import type { PageSegments } from './running-headers.ts';
import { type Segment, segmentsOf } from './segment.ts';
import { withoutSpacedLetters } from './spaced-letters.ts';
import { readTaggedPage, type StructureNode, type TaggedPage } from './tagged-blocks.ts';
import { type Matrix, readPageText, type TextRun } from './text-run.ts';
import type { LossWarnings } from './warnings.ts';

/** What was read of a page, and what was not. */
export interface PdfPage extends PageSegments, Pick<PageAnnotations, 'remarks' | 'files' | 'hasFields' | 'hidesText'> {
  readonly tagged: TaggedPage | undefined;
  /** Whether it has text in fonts without Unicode. */
  readonly hasUnreadable: boolean;
  /** Whether pdf.js left something out. */
  readonly isIncomplete: boolean;
  readonly isDamaged: boolean;
}

const NO_ANNOTATIONS: PageAnnotations = { runs: [], remarks: [], files: [], hasFields: false, hidesText: false };
const DAMAGED: PdfPage = {
  ...NO_ANNOTATIONS,
  segments: [],
  height: 0,
  tagged: undefined,
  hasUnreadable: false,
  isIncomplete: false,
  isDamaged: true,
};

/** One page after the other, each released before the next, so that memory does not grow with the number of pages. */
export async function readPages(pdf: PDFDocumentProxy, warnings: Readonly<LossWarnings>): Promise<PdfPage[]> {
  const pages: PdfPage[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    try {
      const page = await pdf.getPage(number);
      pages.push(await readPage(page, warnings));
      page.cleanup();
    } catch (error) {
      requireMemory(error);
      pages.push(DAMAGED);
    }
  }
  return pages;
}

async function readPage(page: PDFPageProxy, warnings: Readonly<LossWarnings>): Promise<PdfPage> {
  const lossesBefore = warnings.count;
  const { runs: asGiven, height, toPage, hasUnreadable } = await readPageText(page);
  const runs = await withoutSpacedLetters(page, await withLigatures(page, asGiven));
  const annotations = await undamaged(readAnnotations(page, toPage));
  const tree = (await page.getStructTree()) as StructureNode | null;
  const tagged = readTaggedPage(tree, runs, annotations?.runs ?? []);
  const laidOut = segmentsOf(runs);
  const needsRules = !tagged?.telling && !annotations?.hasFields && leavesTablesOpen(laidOut, height);
  const segments = needsRules ? await segmentsWithTables(page, runs, toPage) : laidOut;
  return {
    ...(annotations ?? NO_ANNOTATIONS),
    tagged,
    segments: withAnnotations(segments ?? laidOut, annotations?.runs ?? []),
    height,
    hasUnreadable,
    isIncomplete: annotations === undefined || warnings.count > lossesBefore,
    isDamaged: false,
  };
}

/** With the tables that are drawn in the places of what stands in them; undefined where there are none. */
async function segmentsWithTables(
  page: PDFPageProxy,
  runs: readonly TextRun[],
  toPage: Matrix,
): Promise<Segment[] | undefined> {
  const tables = ruledTables((await undamaged(readRules(page, toPage))) ?? [], runs);
  if (tables.length === 0) return undefined;
  const segments: Segment[][] = [];
  let before: TextRun[] = [];
  const written = new Set<unknown>();
  for (const run of runs) {
    const table = tables.find((each) => each.runs.has(run));
    if (table === undefined) before.push(run);
    else if (!written.has(table)) {
      written.add(table);
      const { rows, left, right, top, bottom: y } = table;
      const text = rows.flat().join(' ');
      segments.push(segmentsOf(before), [
        { text, left, right, y, size: run.size, isField: true, table: { rows, top } },
      ]);
      before = [];
    }
  }
  return [...segments, segmentsOf(before)].flat();
}

/** What stands on a page beside its text; undefined when that is damaged, which costs it and not the page. */
async function undamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    requireMemory(error);
    return undefined;
  }
}

/** The one failure that says nothing about the page: pdf.js wraps what its parser throws, this included. @throws RangeError */
function requireMemory(error: unknown): void {
  const message = error instanceof Error ? error.message : '';
  if (/Array buffer allocation failed/.test(message)) throw new RangeError('Array buffer allocation failed');
}
