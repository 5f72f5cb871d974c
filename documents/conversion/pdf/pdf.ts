import type { PDFDocumentProxy, PDFPageProxy } from 'unpdf/pdfjs';
import type { Block } from '../blocks.ts';
import { type Conversion, type OcrMode, UnconvertibleDocumentError } from '../converter.ts';
import { UNPDF } from '../converter-versions.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { imagesNeedOcr, pagesToMarkdown } from '../pages.ts';
import { laidOutBlocks } from './laid-out-blocks.ts';
import type { PageSegments } from './running-headers.ts';
import { segmentsOf } from './segment.ts';
import { readTaggedPage, type StructureNode, type TaggedPage } from './tagged-blocks.ts';
import { readPageText } from './text-run.ts';

interface Page extends PageSegments {
  readonly tagged: TaggedPage | undefined;
}

/**
 * A PDF into Markdown, each page behind an anchor `<!-- page 1 -->`. Headings, lists and tables come from the PDF's own tags where
 * it has them, else from where its text stands.
 *
 * @throws UnconvertibleDocumentError `encrypted`, `corrupt`, `too-large`, `empty`, or `needs-ocr` for pages of images
 */
export async function convertPdf(
  bytes: Uint8Array,
  ocr: OcrMode,
  maxPages: number,
): Promise<Omit<Conversion, 'characters'>> {
  if (ocr === 'force') {
    throw new UnconvertibleDocumentError(
      'needs-ocr',
      'OCR was asked for (ocr: force), which the local converter cannot do: it needs docling-serve.',
    );
  }
  const missing = new Set<string>();
  const pdf = await open(bytes, missing);
  try {
    if (pdf.numPages > maxPages) {
      throw new UnconvertibleDocumentError(
        'too-large',
        `The PDF has ${pdf.numPages} pages; at most ${maxPages} are converted.`,
      );
    }
    const pages = await readPages(pdf);
    if (missing.size > 0) {
      const message = `The PDF's text needs the character maps ${[...missing].join(', ')}, which the local converter does not have.`;
      throw new UnconvertibleDocumentError('unsupported', message);
    }
    if (pages.every(({ segments }) => segments.length === 0)) throw await noText(pdf, pages);
    const images = await pagesOfImages(pdf, pages);
    return {
      type: 'pdf',
      markdown: pagesToMarkdown(blocksOf(pages).map((blocks, i) => ({ number: i + 1, blocks }))),
      pages: pdf.numPages,
      converter: UNPDF,
      ...(await readInformation(pdf)),
      ...(images.length > 0 && { partial: [imagesNeedOcr(images)] }),
    };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

/**
 * @param missing receives the predefined character maps that the PDF refers to instead of carrying them, as older Chinese, Japanese
 *   and Korean PDFs do. pdf.js would leave their text out without a word.
 */
async function open(bytes: Uint8Array, missing: Set<string>): Promise<PDFDocumentProxy> {
  /** What pdf.js loads its own data files with: here nothing is loaded, neither from disk nor from the network. */
  class NoDataFiles {
    async fetch({ kind, filename }: { kind: string; filename: string }): Promise<never> {
      if (kind === 'cMapUrl') missing.add(filename.replace(/\.bcmap$/, ''));
      throw new Error(`${filename} is not available`);
    }
  }
  const { getDocumentProxy } = await import('unpdf');
  try {
    // Silent: pdf.js writes its warnings to the console unless told not to.
    // A copy: pdf.js takes over the bytes that it is given, and refuses a Buffer.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      BinaryDataFactory: NoDataFiles,
      useWorkerFetch: false,
    });
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException') {
      throw new UnconvertibleDocumentError('encrypted', 'The PDF is encrypted; save it without a password.', {
        cause: error,
      });
    }
    throw new UnconvertibleDocumentError('corrupt', `The PDF is damaged: ${message}`, { cause: error });
  }
}

/** One page after the other, each released before the next, so that memory does not grow with the number of pages. */
async function readPages(pdf: PDFDocumentProxy): Promise<Page[]> {
  const pages: Page[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    try {
      const page = await pdf.getPage(number);
      const { runs, height } = await readPageText(page);
      const tagged = readTaggedPage((await page.getStructTree()) as StructureNode | null, runs);
      pages.push({ tagged, segments: segmentsOf(runs), height });
      page.cleanup();
    } catch (error) {
      const message = `Page ${number} of the PDF is damaged: ${(error as Error).message}`;
      throw new UnconvertibleDocumentError('corrupt', message, { cause: error });
    }
  }
  return pages;
}

/** Tags that call everything a paragraph tell less than the layout does. */
function blocksOf(pages: readonly Page[]): (readonly Block[])[] {
  const laidOut = laidOutBlocks(pages);
  const telling = pages.some(({ tagged }) => tagged?.telling);
  return pages.map(({ tagged }, i) => (telling && tagged ? tagged.blocks : (laidOut[i] ?? [])));
}

/**
 * The pages without text that have something on them, by their numbers.
 *
 * @param atMost of them, where it only matters whether there is any
 */
async function pagesOfImages(pdf: PDFDocumentProxy, pages: readonly Page[], atMost = pages.length): Promise<number[]> {
  const numbers: number[] = [];
  for (const [i, { segments }] of pages.entries()) {
    if (numbers.length === atMost) break;
    if (segments.length === 0 && (await paintsAnything(await pdf.getPage(i + 1)))) numbers.push(i + 1);
  }
  return numbers;
}

async function noText(pdf: PDFDocumentProxy, pages: readonly Page[]): Promise<UnconvertibleDocumentError> {
  if ((await pagesOfImages(pdf, pages, 1)).length === 0) {
    return new UnconvertibleDocumentError('empty', 'The PDF is empty: nothing is on its pages.');
  }
  const message = 'The PDF needs OCR: its pages are images without text, and the local converter has no OCR.';
  return new UnconvertibleDocumentError('needs-ocr', message);
}

async function paintsAnything(page: PDFPageProxy): Promise<boolean> {
  const { getResolvedPDFJS } = await import('unpdf');
  const { OPS } = await getResolvedPDFJS();
  const painting = Object.entries(OPS).filter(([name]) => /^(paint|fill|eoFill|stroke|shadingFill)/i.test(name));
  const codes = new Set(painting.map(([, code]) => code));
  const { fnArray, argsArray } = await page.getOperatorList();
  // What a path is made for comes with it: many only clip what follows, which may be nothing.
  return fnArray.some((code, i) => codes.has(code === OPS.constructPath ? argsArray[i]?.[0] : code));
}

async function readInformation(pdf: PDFDocumentProxy): Promise<DocumentProperties> {
  const { info } = (await pdf.getMetadata()) as { info: { Title?: unknown; Author?: unknown; Language?: unknown } };
  return documentProperties({ title: info.Title, author: info.Author, language: info.Language });
}
