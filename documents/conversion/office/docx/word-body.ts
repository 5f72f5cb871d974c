import { formulaToTex } from '../formula.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from '../xml.ts';
import { textsInInstructions } from './field-instructions.ts';
import type { Numbers } from './numbering.ts';
import { type Styles, shadeOf, valueIn } from './styles.ts';
import { chosenAlternative, type DrawingContext, drawing, legacyDrawing } from './word-drawings.ts';
import { hasText, isOn, plainParagraph, styledRun, textElement, word, wordTextIn } from './word-xml.ts';

/** Names of styles for what mammoth has no elements for; `docx.ts` maps them. */
export const OWN_STYLES = {
  formula: 'OwnInlineFormula',
  displayedFormula: 'OwnDisplayedFormula',
  number: 'OwnNumberOfParagraph',
  comment: 'OwnComment',
  embedded: 'OwnEmbeddedPart',
} as const;

/** Of a part of the document: its body, its notes, a header. */
export interface BodyContext extends DrawingContext {
  readonly styles: Styles;
  readonly numbers: Numbers;
  /** Texts of comments by their ids. */
  readonly comments: ReadonlyMap<string, string>;
  /** Takes a part in another format, by the id of its relationship. @returns its number among them */
  embed(id: string): number | undefined;
  /** The colour of its pages; undefined where it is not known. */
  readonly background: string | undefined;
}

interface Place {
  /** Texts that Word does not show. */
  readonly unshown: ReadonlySet<XmlElement>;
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

/**
 * Rewrites WordprocessingML so that mammoth, which passes over what it does not know, finds everything that has text: formulas, text boxes,
 * charts, comments, numbers, simple fields, embedded parts. What nobody sees is left out and reported.
 */
export function rewriteBody(container: XmlElement, context: BodyContext): XmlElement {
  const unshown = textsInInstructions(container);
  const place = { paragraph: undefined, background: context.background, comments: [], unshown };
  return { ...container, children: rewriteAll(container.children, context, place) };
}

function rewriteAll(elements: readonly XmlElement[], context: BodyContext, place: Place): XmlElement[] {
  const rewritten: XmlElement[] = [];
  for (const [i, element] of elements.entries()) {
    const parts = rewrite(element, context, place);
    const standsAlone = parts.length > 1 || elements[i + 1]?.name !== 'p';
    if (element.name === 'p' && standsAlone) parts[0] = withItsMark(parts[0] as XmlElement);
    for (const part of parts) rewritten.push(part);
  }
  return rewritten;
}

/**
 * A paragraph whose mark is deleted goes on in the next. mammoth looks for one everywhere, in the next table or header as well, and loses what
 * the last one says.
 */
function withItsMark(element: XmlElement): XmlElement {
  const changed = (parent: XmlElement, name: string, change: (child: XmlElement) => XmlElement) => ({
    ...parent,
    children: parent.children.map((child) => (child.name === name ? change(child) : child)),
  });
  return changed(element, 'pPr', (properties) =>
    changed(properties, 'rPr', (mark) => ({ ...mark, children: mark.children.filter(({ name }) => name !== 'del') })),
  );
}

function rewrite(element: XmlElement, context: BodyContext, place: Place): XmlElement[] {
  const { name, children } = element;
  const inside = (to = place) => rewriteAll(children, context, to);
  const inBox = (content: readonly XmlElement[]) =>
    rewriteAll(content, context, { ...place, paragraph: undefined, background: undefined, comments: [] });
  if (PROPERTIES.test(name)) return [element];
  switch (name) {
    case 'p':
      return paragraph(element, context, place);
    case 'r':
      return run(element, context, place);
    case 'oMathPara':
      return childrenOf(element, 'oMath').flatMap((formula, i) => [
        ...(i > 0 ? [word('r', {}, word('br', {}))] : []),
        formulaRun(formula, OWN_STYLES.displayedFormula),
      ]);
    case 'oMath':
      return [formulaRun(element, OWN_STYLES.formula)];
    case 'del':
    case 'moveFrom':
      if (name === 'del' && hasText(element)) context.leftOut('deleted');
      return marksIn(element, place);
    case 'fldSimple':
      return simpleField(element, inside());
    case 'AlternateContent':
      return rewriteAll(chosenAlternative(element), context, place);
    case 'drawing':
      return drawing(element, context, inBox);
    case 'object':
    case 'pict':
      return legacyDrawing(element, context, inBox);
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
      return [{ ...element, children: [...skippedColumns(element), ...inside()] }];
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
  const children = rewriteAll(withFormulasApart(element.children), context, place);
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

/** Two that follow each other would become one. */
function withFormulasApart(children: readonly XmlElement[]): readonly XmlElement[] {
  const isFormula = (element: XmlElement | undefined) => element?.name === 'oMath';
  if (!children.some((child, i) => isFormula(child) && isFormula(children[i - 1]))) return children;
  const space = word('r', {}, textElement(' '));
  return children.flatMap((child, i) => (isFormula(child) && isFormula(children[i - 1]) ? [space, child] : [child]));
}

/** A row may begin some columns later than its table (ECMA-376, part 1, 17.4.15). */
function skippedColumns(row: XmlElement): XmlElement[] {
  const columns = valueIn(childOf(row, 'trPr'), 'gridBefore') ?? '0';
  if (!(Number(columns) > 0)) return [];
  return [word('tc', {}, word('tcPr', {}, word('gridSpan', { 'w:val': columns })), word('p', {}))];
}

function run(element: XmlElement, context: BodyContext, place: Place): XmlElement[] {
  const properties = childOf(element, 'rPr');
  if (context.styles.hides({ run: properties, paragraph: place.paragraph, background: place.background })) {
    if (hasText(element)) context.leftOut('hidden');
    return marksIn(element, place);
  }
  const children = element.children.flatMap((child): XmlElement[] => {
    switch (child.name) {
      case 't':
        return place.unshown.has(child) ? [] : [child];
      case 'cr':
        return [word('br', {})];
      case 'ptab':
        return [word('tab', {})];
      case 'ruby':
        return [
          textElement(wordTextIn(childOf(child, 'rubyBase'))),
          textElement(`(${wordTextIn(childOf(child, 'rt'))})`),
        ];
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
  return entry === undefined ? [] : [textElement(entry)];
}

function simpleField(field: XmlElement, inside: XmlElement[]): XmlElement[] {
  const instruction = field.attributes['w:instr'] ?? '';
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
  return text === undefined ? [] : [textElement(text.trim())];
}

function formulaRun(formula: XmlElement, style: string): XmlElement {
  return styledRun(style, formulaToTex(formula));
}

function hasContent(element: XmlElement): boolean {
  return (
    hasText(element) ||
    ['drawing', 'pict', 'sym', 'checkbox', 'oMath'].some((name) => descendantsOf(element, name).length > 0)
  );
}
