import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import type { Block } from '../blocks.ts';
import { type Conversion, type OcrMode, UnconvertibleDocumentError } from '../converter.ts';
import { UNPDF } from '../converter-versions.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { pagesToMarkdown } from '../pages.ts';
import { laidOutBlocks } from './laid-out-blocks.ts';
import { type PdfPage, readPages } from './page.ts';
import { requireShortChains } from './parent-chains.ts';
import { requireContent, whatIsMissing } from './unread-content.ts';
import { findUnreadPages } from './unread-pages.ts';
import { listenToWarnings } from './warnings.ts';

/** Of an image: larger ones are not decoded, since it only matters how much of the page they cover. */
const MOST_PIXELS = 2 ** 20;

/**
 * A PDF into Markdown, each page behind an anchor `<!-- page 1 -->`. Headings, lists and tables come from the PDF's own tags where
 * it has them, else from where its text stands. What was filled in stands beside its label, what was remarked at its page's end.
 *
 * @throws UnconvertibleDocumentError `encrypted`, `corrupt`, `too-large`, `empty`, `unsupported`, or `needs-ocr` for pages of images
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
  requireShortChains(bytes);
  const warnings = listenToWarnings();
  const fontsBefore = warnings.ofFonts;
  const characterMaps = new Set<string>();
  const pdf = await open(bytes, characterMaps);
  try {
    if (pdf.numPages > maxPages) {
      throw new UnconvertibleDocumentError(
        'too-large',
        `The PDF has ${pdf.numPages} pages; at most ${maxPages} are converted.`,
      );
    }
    const pages = await readPages(pdf, warnings);
    const unread = await findUnreadPages(pdf, pages, warnings.ofFonts > fontsBefore);
    const { properties, hasXfa } = await readInformation(pdf);
    const files = [...pages.flatMap((page) => page.files), ...(await attachedFiles(pdf))];
    const layersOff = await namesOfLayersOff(pdf);
    const read = { pages, unread, characterMaps: [...characterMaps], hasXfa, files: [...new Set(files)], layersOff };
    requireContent(read);
    const partial = whatIsMissing(read);
    return {
      type: 'pdf',
      markdown: pagesToMarkdown(blocksOf(pages).map((blocks, i) => ({ number: i + 1, blocks }))),
      pages: pdf.numPages,
      converter: UNPDF,
      ...properties,
      ...(partial.length > 0 && { partial }),
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
    // With its warnings, which `listenToWarnings` hears.
    // A copy: pdf.js takes over the bytes that it is given, and refuses a Buffer.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 1,
      BinaryDataFactory: NoDataFiles,
      useWorkerFetch: false,
      maxImageSize: MOST_PIXELS,
    });
  } catch (error) {
    const { name } = error as Error;
    if (name === 'PasswordException') {
      throw new UnconvertibleDocumentError('encrypted', 'The PDF is encrypted; save it without a password.', {
        cause: error,
      });
    }
    // Not in the parser's words, which may be the document's.
    throw new UnconvertibleDocumentError('corrupt', 'The PDF is damaged: its structure cannot be read.');
  }
}

/** Tags that call everything a paragraph tell less than the layout does. */
function blocksOf(pages: readonly PdfPage[]): Block[][] {
  const laidOut = laidOutBlocks(pages);
  const telling = pages.some(({ tagged }) => tagged?.telling);
  return pages.map(({ tagged, remarks }, i) => [
    ...(telling && tagged ? tagged.blocks : (laidOut[i] ?? [])),
    ...remarks.map((text): Block => ({ kind: 'quotation', text })),
  ]);
}

async function attachedFiles(pdf: PDFDocumentProxy): Promise<string[]> {
  const files: ReadonlyMap<string, { readonly filename: string }> | null = await pdf.getAttachments();
  return [...(files?.values() ?? [])].map(({ filename }) => filename);
}

/** Layers (optional content, ISO 32000-2, 8.11) that a viewer does not show at first. */
async function namesOfLayersOff(pdf: PDFDocumentProxy): Promise<string[]> {
  const layers: Iterable<[string, { readonly name: string | null; readonly visible: boolean }]> =
    await pdf.getOptionalContentConfig();
  return [...layers].flatMap(([, { name, visible }]) => (visible ? [] : [name?.trim() || 'without a name']));
}

async function readInformation(pdf: PDFDocumentProxy): Promise<{ properties: DocumentProperties; hasXfa: boolean }> {
  const { info } = (await pdf.getMetadata()) as {
    info: { Title?: unknown; Author?: unknown; Language?: unknown; IsXFAPresent?: boolean };
  };
  const properties = documentProperties({ title: info.Title, author: info.Author, language: info.Language });
  return { properties, hasXfa: info.IsXFAPresent === true };
}
