import { type Block, plainText } from '../../blocks.ts';
import { formulaToTex } from '../formula.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from '../xml.ts';
import type { Numbers } from './numbering.ts';
import { type Styles, shadeOf, valueIn } from './styles.ts';
import { isOn, plainParagraph, styledRun, textOf, word } from './word-xml.ts';

/** Names of styles for what mammoth has no elements for; `docx.ts` maps them. */
export const OWN_STYLES = {
  formula: 'OwnInlineFormula',
  displayedFormula: 'OwnDisplayedFormula',
  number: 'OwnNumberOfParagraph',
  comment: 'OwnComment',
  embedded: 'OwnEmbeddedPart',
} as const;

/** Of a part of the document: its body, its notes, a header. */
export interface BodyContext {
  readonly styles: Styles;
  readonly numbers: Numbers;
  /** Texts of comments by their ids. */
  readonly comments: ReadonlyMap<string, string>;
  /** The blocks of a chart or diagram, by the id of its relationship. */
  graphic(id: string): readonly Block[];
  /** Whether a relationship of that id is there: mammoth stops at a picture without one. */
  hasRelationship(id: string | undefined): boolean;
  /** Takes a part in another format, by the id of its relationship. @returns its number among them */
  embed(id: string): number | undefined;
  /** What is left out. */
  leftOut(what: LeftOut): void;
  /** The colour of its pages; undefined where it is not known. */
  readonly background: string | undefined;
  /** Headers stand on every page: what leads elsewhere, or counts pages, is left out. */
  readonly isHeader: boolean;
}

export type LeftOut = 'deleted' | 'hidden' | 'object' | 'subdocument';

interface Place {
  readonly paragraph: XmlElement | undefined;
  readonly background: string | undefined;
  /** Ids of the comments on the paragraph that is being read. */
  readonly comments: string[];
}

const PROPERTIES = /^(?:p|r|tbl|tr|tc|sect|sdt|rt|ruby)Pr$|^(?:sectPr|tblGrid|tblPrEx)$/;
/** What mammoth reads; of other elements it gets what is in them. */
const KNOWN = new Set(
  (
    'tab noBreakHyphen softHyphen sym hyperlink tbl tr tc footnoteReference endnoteReference br bookmarkStart sdt sdtContent t instrText ' +
    'fldChar footnote endnote'
  ).split(' '),
);
/** As in "Page 3 of 5". */
const WORDS_BESIDE_PAGE = 2;
const PAGE_FIELD = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b/i;

/**
 * Rewrites WordprocessingML so that mammoth, which passes over what it does not know, finds everything that has text: formulas, text boxes,
 * charts, comments, numbers, simple fields, embedded parts. What nobody sees is left out and reported.
 */
export function rewriteBody(container: XmlElement, context: BodyContext): XmlElement {
  const place = { paragraph: undefined, background: context.background, comments: [] };
  return { ...container, children: rewriteAll(container.children, context, place) };
}

function rewriteAll(elements: readonly XmlElement[], context: BodyContext, place: Place): XmlElement[] {
  const rewritten: XmlElement[] = [];
  for (const element of elements) for (const each of rewrite(element, context, place)) rewritten.push(each);
  return rewritten;
}

function rewrite(element: XmlElement, context: BodyContext, place: Place): XmlElement[] {
  const { name, children } = element;
  const inside = (to = place) => rewriteAll(children, context, to);
  if (PROPERTIES.test(name)) return [element];
  switch (name) {
    case 'p':
      return paragraph(element, context, place);
    case 'r':
      return run(element, context, place);
    case 'oMathPara':
      return childrenOf(element, 'oMath').map((formula) => formulaRun(formula, OWN_STYLES.displayedFormula));
    case 'oMath':
      return [formulaRun(element, OWN_STYLES.formula)];
    case 'del':
    case 'moveFrom':
      if (name === 'del' && hasText(element)) context.leftOut('deleted');
      return marksIn(element, place);
    case 'fldSimple':
      return simpleField(element, inside(), context);
    case 'AlternateContent':
      return rewriteAll(chosen(element), context, place);
    case 'drawing':
      return drawing(element, context);
    case 'object':
    case 'pict':
      return legacyDrawing(element, context);
    case 'tbl': {
      const hasStyle = childOf(element, 'tblPr', 'tblStyle') ?? childOf(element, 'tblPr', 'shd');
      return [{ ...element, children: inside(hasStyle ? { ...place, background: undefined } : place) }];
    }
    case 'tr':
      if (isOn(childOf(element, 'trPr', 'hidden'))) {
        if (hasText(element)) context.leftOut('hidden');
        return [];
      }
      if (childOf(element, 'trPr', 'del') && hasText(element)) context.leftOut('deleted');
      return [{ ...element, children: inside() }];
    case 'tc': {
      const shade = childOf(element, 'tcPr', 'shd');
      return [{ ...element, children: inside(shade ? { ...place, background: shadeOf(shade) } : place) }];
    }
    case 'subDoc':
      context.leftOut('subdocument');
      return [];
    case 'altChunk': {
      const number = context.embed(element.attributes['r:id'] ?? '');
      return number === undefined ? [] : [plainParagraph(String(number), OWN_STYLES.embedded)];
    }
    case 'hyperlink':
      return context.isHeader ? inside() : [{ ...element, children: inside() }];
    case 'commentReference':
      place.comments.push(element.attributes['w:id'] ?? '');
      return [];
    default:
      return KNOWN.has(name) ? [{ ...element, children: inside() }] : inside();
  }
}

function paragraph(element: XmlElement, context: BodyContext, around: Place): XmlElement[] {
  const properties = childOf(element, 'pPr');
  const place: Place = { ...around, paragraph: properties, comments: [] };
  const children = rewriteAll(element.children, context, place);
  const number = context.numbers.next(properties);
  const rewritten = { ...element, children };
  const deletedMark = childOf(properties, 'rPr', 'del') !== undefined;
  if (number !== undefined && !deletedMark && hasContent(rewritten)) {
    const behind = children.findIndex(({ name }) => name === 'pPr') + 1;
    children.splice(behind, 0, styledRun(OWN_STYLES.number, number));
  }
  const comments = place.comments.flatMap((id) => {
    const text = context.comments.get(id);
    return text === undefined ? [] : [plainParagraph(text, OWN_STYLES.comment)];
  });
  return [rewritten, ...comments];
}

function run(element: XmlElement, context: BodyContext, place: Place): XmlElement[] {
  const properties = childOf(element, 'rPr');
  if (context.styles.hides({ run: properties, paragraph: place.paragraph, background: place.background })) {
    if (hasText(element)) context.leftOut('hidden');
    return marksIn(element, place);
  }
  const children = element.children.flatMap((child): XmlElement[] => {
    switch (child.name) {
      case 'cr':
        return [word('br', {})];
      case 'ptab':
        return [word('tab', {})];
      case 'ruby':
        return [textOf(textIn(childOf(child, 'rubyBase'))), textOf(`(${textIn(childOf(child, 'rt'))})`)];
      case 'fldChar':
        return [child, ...chosenEntry(child)];
      case 'instrText':
        return [child, ...drawnByField(child.text)];
      default:
        return rewrite(child, context, place);
    }
  });
  return [{ ...element, children }];
}

/** A list that drops down keeps its choice beside the text (ECMA-376, part 1, 17.16.9). */
function chosenEntry(fieldMark: XmlElement): XmlElement[] {
  const list = childOf(fieldMark, 'ffData', 'ddList');
  const index = Number(valueIn(list, 'result') ?? valueIn(list, 'default') ?? 0);
  const entry = childrenOf(list, 'listEntry')[index]?.attributes['w:val'];
  return entry === undefined ? [] : [textOf(entry)];
}

function simpleField(field: XmlElement, inside: XmlElement[], context: BodyContext): XmlElement[] {
  const instruction = field.attributes['w:instr'] ?? '';
  if (context.isHeader && PAGE_FIELD.test(instruction)) return [];
  if (!/^\s*HYPERLINK\b/i.test(instruction)) return inside;
  const mark = (type: string) => word('r', {}, word('fldChar', { 'w:fldCharType': type }));
  const text = word('r', {}, { ...word('instrText', {}), text: instruction });
  return [mark('begin'), text, mark('separate'), ...inside, mark('end')];
}

/** Where a field ends inside what is left out, it ends nevertheless, and what somebody remarked on it stays. */
function marksIn(element: XmlElement, place: Place): XmlElement[] {
  for (const { attributes } of descendantsOf(element, 'commentReference'))
    place.comments.push(attributes['w:id'] ?? '');
  return descendantsOf(element, 'fldChar').map((mark) => word('r', {}, { ...mark, children: [] }));
}

/** What Word draws from a field's instruction alone: formulas of old, and buttons (ECMA-376, part 1, 17.16.5.17 and .34). */
function drawnByField(instruction: string): XmlElement[] {
  const text = instruction.match(/^\s*EQ\s+(.*)/is)?.[1] ?? instruction.match(/^\s*MACROBUTTON\s+\S+\s+(.*)/is)?.[1];
  return text === undefined ? [] : [textOf(text.trim())];
}

/** Newer programs' content, or the older ones' where it says as much (ECMA-376, part 3, 10.2.1). */
function chosen(alternatives: XmlElement): readonly XmlElement[] {
  const choice = childOf(alternatives, 'Choice');
  const fallback = childOf(alternatives, 'Fallback');
  const isRicher = choice !== undefined && lengthOfText(choice) > (fallback ? lengthOfText(fallback) : 0);
  const hasGraphic = choice !== undefined && descendantsOf(choice, 'graphicData').some(isGraphic);
  return (isRicher || hasGraphic || fallback === undefined ? choice : fallback)?.children ?? [];
}

function isGraphic(data: XmlElement): boolean {
  return data.children.some(({ name }) => name === 'chart' || name === 'relIds');
}

function formulaRun(formula: XmlElement, style: string): XmlElement {
  return styledRun(style, formulaToTex(formula));
}

/** The picture as it is, and behind its paragraph the texts of boxes, charts and diagrams. */
function drawing(element: XmlElement, context: BodyContext): XmlElement[] {
  const place: Place = { paragraph: undefined, background: undefined, comments: [] };
  const boxes = outermost(element, 'txbxContent').flatMap(({ children }) => rewriteAll(children, context, place));
  const graphics = descendantsOf(element, 'graphicData').flatMap((data) =>
    data.children.flatMap(({ name, attributes }) => {
      const id = name === 'chart' ? attributes['r:id'] : name === 'relIds' ? attributes['r:dm'] : undefined;
      return id === undefined ? [] : context.graphic(id).flatMap(blockToWord);
    }),
  );
  const isPicture =
    !context.isHeader &&
    descendantsOf(element, 'pic').length > 0 &&
    descendantsOf(element, 'blip').every(({ attributes }) =>
      context.hasRelationship(attributes['r:embed'] ?? attributes['r:link']),
    );
  const pictures = isPicture ? [element] : [];
  const behind = [...boxes, ...graphics];
  return behind.length === 0 ? pictures : [...pictures, word('pict', {}, ...behind)];
}

/** Drawings in VML: boxes of any shape, and text that is drawn. */
function legacyDrawing(element: XmlElement, context: BodyContext): XmlElement[] {
  const place: Place = { paragraph: undefined, background: undefined, comments: [] };
  if (descendantsOf(element, 'OLEObject').length > 0) context.leftOut('object');
  const boxes = outermost(element, 'txbxContent').flatMap(({ children }) => rewriteAll(children, context, place));
  const drawn = descendantsOf(element, 'textpath').flatMap(({ attributes: { string = '' } }) =>
    string.trim() === '' ? [] : [plainParagraph(string)],
  );
  const pictures = context.isHeader
    ? []
    : descendantsOf(element, 'imagedata').filter(({ attributes }) => context.hasRelationship(attributes['r:id']));
  const behind = [...pictures, ...boxes, ...drawn];
  return behind.length === 0 ? [] : [word('pict', {}, ...behind)];
}

function outermost(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : outermost(child, name)));
}

function blockToWord(block: Block): XmlElement[] {
  if (block.kind !== 'table') return [plainParagraph(plainText(block.text))];
  const rows = block.rows.map((row) =>
    word('tr', {}, ...row.map((text) => word('tc', {}, word('tcPr', {}), plainParagraph(plainText(text))))),
  );
  return [word('tbl', {}, ...rows)];
}

function hasContent(element: XmlElement): boolean {
  return (
    hasText(element) ||
    ['drawing', 'pict', 'sym', 'checkbox', 'oMath'].some((name) => descendantsOf(element, name).length > 0)
  );
}

export function hasText(element: XmlElement): boolean {
  return lengthOfText(element) > 0;
}

function lengthOfText(element: XmlElement): number {
  return textIn(element).trim().length;
}

/** Of formulas and deleted text as well. */
export function textIn(element: XmlElement | undefined): string {
  if (element === undefined) return '';
  const own = element.name === 't' || element.name === 'delText' ? element.text : '';
  return own + element.children.map(textIn).join('');
}

/** The paragraphs of a header or footer, without those that only count pages. */
export function headerParagraphs(part: XmlElement, context: BodyContext): XmlElement[] {
  const field = { instruction: '', isPage: false };
  return part.children.flatMap((child) => {
    const countsPages = [...descendantsOf(child, 'instrText'), ...descendantsOf(child, 'fldSimple')].some(
      ({ text, attributes }) => PAGE_FIELD.test(attributes['w:instr'] ?? text),
    );
    const place = { paragraph: undefined, background: context.background, comments: [] };
    return rewrite(withoutPageNumbers(child, field), context, place).filter((element) => {
      const words = textIn(element).match(/\p{L}+/gu)?.length ?? 0;
      return words > (countsPages ? WORDS_BESIDE_PAGE : 0);
    });
  });
}

function withoutPageNumbers(element: XmlElement, field: { instruction: string; isPage: boolean }): XmlElement {
  const { name, attributes, text } = element;
  if (name === 'instrText') field.instruction += text;
  if (name === 'fldChar') {
    const type = attributes['w:fldCharType'];
    if (type === 'begin') field.instruction = '';
    field.isPage = type === 'separate' && PAGE_FIELD.test(field.instruction);
  }
  const children = element.children.map((child) => withoutPageNumbers(child, field));
  return { ...element, children, text: name === 't' && field.isPage ? '' : text };
}
