import type { PDFPageProxy } from 'unpdf/pdfjs';
import { annotationsAsDrawn } from './page-drawing.ts';
import { type Matrix, multiply, type TextRun } from './text-run.ts';

/** What pdf.js gives of an annotation (PDF 32000-1, 12.5), as far as it is of use here. */
interface Annotation {
  readonly id: string;
  readonly subtype: string;
  /** Left, bottom, right and top in the page's own space. */
  readonly rect: readonly [number, number, number, number];
  readonly hasAppearance: boolean;
  readonly annotationFlags: number;
  /** Lines of its appearance, where pdf.js reads them. */
  readonly textContent?: readonly string[];
  readonly contentsObj?: { readonly str: string };
  readonly richText?: { readonly str: string } | null;
  readonly titleObj?: { readonly str: string };
  readonly defaultAppearanceData?: { readonly fontSize: number };
  readonly file?: { readonly filename: string };
  readonly fieldType?: 'Tx' | 'Btn' | 'Ch' | 'Sig';
  readonly fieldValue?: unknown;
  readonly password?: boolean;
  readonly checkBox?: boolean;
  readonly radioButton?: boolean;
  readonly pushButton?: boolean;
  readonly exportValue?: string;
  readonly buttonValue?: string | null;
  readonly options?: readonly { readonly exportValue: string; readonly displayValue: string }[];
}

/** What lies on a page and is no part of its own drawing: fields of forms, notes, stamps, signatures. */
export interface PageAnnotations {
  /** What shows on the page, a run each, marked as the structure tree refers to it. */
  readonly runs: readonly TextRun[];
  /** What was remarked on the page, and shows when the remark is opened. */
  readonly remarks: readonly string[];
  /** Names of the files that are fastened to it, and of what it plays. */
  readonly files: readonly string[];
  /** Whether it has fields of a form, filled in or not. */
  readonly hasFields: boolean;
  /** Whether something that is not shown says anything. */
  readonly hidesText: boolean;
}

/** Flags: hidden, or not for viewers (12.5.3). */
const NOT_SHOWN = 2 | 32;
/** In points: the size of a text whose own is left to the viewer, where its field is high enough. */
const USUAL_SIZE = 12;
/** Share of a field's height that a line of such a text takes. */
const LINE_SHARE = 0.7;
/** In font sizes: how far a text's baseline is below the middle of its line. */
const BELOW_MIDDLE = 0.35;
/** Kinds whose contents describe them to those who do not see them, and are no remark. */
const DESCRIBED = /^(Link|Widget|Popup|Screen|Movie|Sound|3D|RichMedia|FileAttachment|PrinterMark|TrapNet)$/;

/** What is played or turned around. */
const MEDIA = /^(?:Screen|Movie|Sound|3D|RichMedia)$/;

/** @param toPage from the page's own space to the one that runs stand in */
export async function readAnnotations(page: PDFPageProxy, toPage: Matrix): Promise<PageAnnotations> {
  const all = (await page.getAnnotations()) as Annotation[];
  const isHidden = ({ annotationFlags }: Annotation) => (annotationFlags & NOT_SHOWN) !== 0;
  const annotations = all.filter((annotation) => !isHidden(annotation));
  const undrawn = annotations.filter((annotation) => annotation.hasAppearance && shownText(annotation) === undefined);
  const drawn = undrawn.some(mayHaveText) ? await annotationsAsDrawn(page) : undefined;
  const runs: TextRun[] = [];
  const remarks: string[] = [];
  for (const annotation of annotations) {
    const text = shownText(annotation) ?? drawn?.get(annotation.id);
    if (text) runs.push(runOf(annotation, text, toPage));
    const remark = inOneLine([annotation.contentsObj?.str || (annotation.richText?.str ?? '')]);
    if (!remark || text?.includes(remark) || DESCRIBED.test(annotation.subtype)) continue;
    const author = annotation.titleObj?.str.trim();
    remarks.push(author ? `${author}: ${remark}` : remark);
  }
  return {
    runs,
    remarks,
    files: annotations.flatMap(({ file, subtype, contentsObj }) => {
      return file?.filename ?? (MEDIA.test(subtype) ? contentsObj?.str || subtype : []);
    }),
    hasFields: annotations.some(({ subtype }) => subtype === 'Widget'),
    hidesText: all.some((annotation) => isHidden(annotation) && saysAnything(annotation)),
  };
}

function saysAnything(annotation: Annotation): boolean {
  const { subtype, contentsObj, fieldType } = annotation;
  if (fieldType !== undefined) return fieldType !== 'Btn' && /\S/.test(shownText(annotation) ?? '');
  return !DESCRIBED.test(subtype) && /\S/.test(contentsObj?.str ?? '');
}

/** What an annotation shows; undefined where only its appearance can tell. */
function shownText(annotation: Annotation): string | undefined {
  const { fieldType, fieldValue, textContent, subtype, contentsObj } = annotation;
  if (annotation.pushButton || annotation.password) return '';
  if (fieldType === 'Btn') return isTicked(annotation) ? '[x]' : '[ ]';
  const value = fieldType === 'Ch' ? chosen(annotation) : typeof fieldValue === 'string' ? [fieldValue] : [];
  const text = inOneLine(value);
  if (text || fieldType === 'Ch') return text;
  if (textContent && textContent.length > 0) return inOneLine(textContent);
  if (subtype === 'FreeText') return inOneLine([contentsObj?.str ?? '']);
  return fieldType === 'Tx' ? '' : undefined;
}

function isTicked({ radioButton, fieldValue, buttonValue, exportValue }: Annotation): boolean {
  if (radioButton) return typeof buttonValue === 'string' && fieldValue === buttonValue;
  if (typeof fieldValue !== 'string' || fieldValue === 'Off' || fieldValue === '') return false;
  return exportValue === undefined || exportValue === fieldValue;
}

function chosen({ fieldValue, options }: Annotation): string[] {
  const values = [fieldValue].flat().filter((value) => typeof value === 'string');
  const shown = values.map((value) => options?.find(({ exportValue }) => exportValue === value)?.displayValue ?? value);
  return [shown.join(', ')];
}

function mayHaveText({ subtype, fieldType }: Annotation): boolean {
  return fieldType === 'Sig' || subtype === 'Stamp' || subtype === 'Watermark';
}

function inOneLine(lines: readonly string[]): string {
  return lines
    .join(' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function runOf({ id, rect, defaultAppearanceData }: Annotation, text: string, toPage: Matrix): TextRun {
  const corners = [
    multiply(toPage, [1, 0, 0, 1, rect[0], rect[1]]),
    multiply(toPage, [1, 0, 0, 1, rect[2], rect[3]]),
  ] as const;
  const [left, right] = [corners[0][4], corners[1][4]].sort((a, b) => a - b) as [number, number];
  const [top, bottom] = [corners[0][5], corners[1][5]].sort((a, b) => a - b) as [number, number];
  const height = bottom - top;
  const size = defaultAppearanceData?.fontSize || Math.min(USUAL_SIZE, Math.max(LINE_SHARE * height, 1));
  const middle = top + (height > 2 * size ? size : height / 2);
  return {
    text,
    x: left,
    y: middle + BELOW_MIDDLE * size,
    width: right - left,
    size,
    rightToLeft: false,
    mark: `pdfjs_internal_id_${id}`,
    artifact: false,
  };
}
