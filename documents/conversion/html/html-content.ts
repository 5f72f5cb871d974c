import { inOneLine } from '../long-text.ts';
import { filledIn, gaugeText } from './form-control.ts';
import { type HtmlBlock, linesOf, standingApart } from './html-block.ts';
import { descriptionBlocks, listBlocks } from './html-list.ts';
import { tableBlocks, tableLines } from './html-table.ts';
import { attributeOf, type HtmlElement, type HtmlNode, textIn } from './html-tree.ts';
import { InlineWriter, inlineCode, longestRun, type Mark, type Marks, withMark } from './inline-writer.ts';
import { imageToMarkdown, leadsInside, linkAddress } from './link.ts';
import { mathToMarkdown } from './math.ts';

/** Where content stands. */
interface Place {
  readonly marks: Marks;
  /** How many lists and quotations are around it. */
  readonly nesting: number;
  /** A heading or a cell has no blocks in it: its paragraphs are lines. */
  readonly within?: 'heading' | 'cell';
}

type Handler = (element: HtmlElement, flow: Flow, place: Place) => void;

/** Every line of a list is indented by each list around it; deeper ones are read as paragraphs. */
const DEEPEST_NESTING = 16;

/** Shown as blocks of their own (HTML Living Standard, 15.3), besides those with a handler. */
const BLOCKS = new Set(
  (
    'html body address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'header hgroup legend li main menu nav ol optgroup option p search section summary table tbody td tfoot th thead tr ul caption'
  ).split(' '),
);

/** The content of a page as blocks of Markdown. */
export function contentToBlocks(content: readonly HtmlNode[]): HtmlBlock[] {
  return blocksOf(content, { marks: [], nesting: 0 });
}

function blocksOf(content: readonly HtmlNode[], place: Place): HtmlBlock[] {
  const flow = new Flow(place.within === 'heading');
  convert(content, flow, place);
  return flow.end();
}

/** Takes text and blocks in their order, and makes paragraphs of the text. */
class Flow {
  readonly #blocks: HtmlBlock[] = [];
  readonly #inOneLine: boolean;
  #paragraph: InlineWriter | undefined;

  constructor(inOneLine: boolean) {
    this.#inOneLine = inOneLine;
  }

  get inline(): InlineWriter {
    this.#paragraph ??= new InlineWriter(this.#inOneLine);
    return this.#paragraph;
  }

  endParagraph(): void {
    const lines = this.#paragraph?.end() ?? [];
    this.#paragraph = undefined;
    if (lines.length > 0) this.#blocks.push({ kind: 'paragraph', lines });
  }

  add(blocks: Iterable<HtmlBlock>): void {
    this.endParagraph();
    for (const block of blocks) this.#blocks.push(block);
  }

  end(): HtmlBlock[] {
    this.endParagraph();
    return this.#blocks;
  }
}

function convert(content: readonly HtmlNode[], flow: Flow, place: Place): void {
  for (const node of content) {
    if (typeof node === 'string') flow.inline.text(node, place.marks);
    else (HANDLERS.get(node.name) ?? (BLOCKS.has(node.name) ? block : inline))(node, flow, place);
  }
}

const inline: Handler = ({ children }, flow, place) => convert(children, flow, place);

const block: Handler = ({ children }, flow, place) => {
  flow.endParagraph();
  convert(children, flow, place);
  flow.endParagraph();
};

const marked =
  (kind: Mark['kind']): Handler =>
  ({ children }, flow, place) =>
    convert(children, flow, { ...place, marks: withMark(place.marks, { kind }) });

const heading: Handler = ({ name, children }, flow, place) => {
  const text = blocksOf(children, { ...place, within: 'heading' })
    .map(({ lines }) => lines.join(' '))
    .join(' ');
  // A `#` at its end would be taken for its mark.
  const line = inOneLine(text).replace(/(?<= |^)#+$/, '\\$&');
  if (line === '') return;
  const isHeading = place.within === undefined;
  flow.add([
    isHeading
      ? { kind: 'heading', lines: [`${'#'.repeat(Number(name[1]))} ${line}`] }
      : { kind: 'paragraph', lines: [line] },
  ]);
};

const list =
  (toBlocks: typeof listBlocks): Handler =>
  (element, flow, place) => {
    if (place.nesting >= DEEPEST_NESTING) return block(element, flow, place);
    const inner = { ...place, nesting: place.nesting + 1 };
    flow.add(toBlocks(element, (content) => blocksOf(content, inner)));
  };

const quotation: Handler = (element, flow, place) => {
  if (place.nesting >= DEEPEST_NESTING) return block(element, flow, place);
  const lines = standingApart(blocksOf(element.children, { ...place, nesting: place.nesting + 1 }));
  const quoted = lines.map((line) => `> ${line}`.trimEnd());
  flow.add(lines.length === 0 ? [] : [{ kind: 'quotation', lines: quoted }]);
};

const table: Handler = (element, flow, place) => {
  const toMarkdown = (content: readonly HtmlNode[]) =>
    blocksOf(content, { ...place, within: 'cell' })
      .flatMap(({ lines }) => lines)
      .join('\n');
  if (place.within === 'cell') {
    const lines = tableLines(element, toMarkdown);
    flow.add(lines.length === 0 ? [] : [{ kind: 'paragraph', lines }]);
    return;
  }
  const blocks = tableBlocks(element, toMarkdown);
  if (blocks === undefined) block(element, flow, place);
  else flow.add(blocks);
};

/** Text whose white space counts, between fences that it has not itself. */
const preformatted: Handler = (element, flow, { within }) => {
  const text = textIn(element);
  const lines = linesOf(text).map((line) => line.replaceAll('\u00a0', ' '));
  if (lines[0]?.trim() === '') lines.shift();
  while (lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length === 0) return;
  if (within !== undefined) {
    const codes = lines.filter((line) => line.trim() !== '').map(inlineCode);
    flow.add([{ kind: 'paragraph', lines: codes }]);
    return;
  }
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  flow.add([{ kind: 'code', lines: [fence + languageOf(element)].concat(lines, fence) }]);
};

function languageOf(element: HtmlElement): string {
  const [child] = element.children.filter((node) => typeof node !== 'string' || node.trim() !== '');
  const named = [element, ...(typeof child === 'object' ? [child] : [])].map((each) => attributeOf(each, 'class'));
  return named.join(' ').match(/(?:^|\s)(?:language|lang)-([\w+#.-]+)/)?.[1] ?? '';
}

const link: Handler = (element, flow, place) => {
  const href = attributeOf(element, 'href')?.trim() ?? '';
  // mammoth's way back from a note to its place.
  if (/^#.*-ref-/.test(href) && textIn(element) === '↑') return;
  const address = linkAddress(href);
  if (address === undefined) inline(element, flow, place);
  else if (/^https?:/i.test(href) && textIn(element).trim() === href) flow.inline.markdown(`<${address}>`, place.marks);
  else convert(element.children, flow, { ...place, marks: withMark(place.marks, { kind: 'link', address }) });
};

/** The mark of a note is a link within the page; nothing is raised to its power. */
const superscript: Handler = (element, flow, place) => (isNote(element) ? inline : marked('sup'))(element, flow, place);

function isNote({ children }: HtmlElement): boolean {
  return children.every((child) =>
    typeof child === 'string' ? child.trim() === '' : leadsInside(child) || isNote(child),
  );
}

const lineBreak: Handler = (_, flow) => {
  if (flow.inline.lineBreak()) flow.endParagraph();
};

const image: Handler = (element, flow, { marks }) => {
  // A picture of which only the words in its place are kept.
  if (attributeOf(element, 'src') === '') {
    const words = inOneLine(attributeOf(element, 'alt') ?? '');
    if (words === '') return;
    flow.inline.space();
    flow.inline.markdown(`![${words.replace(/[\\[\]`*_<]/g, '\\$&')}]()`, marks);
    flow.inline.space();
    return;
  }
  const markdown = imageToMarkdown(element);
  if (markdown === undefined) flow.inline.text(attributeOf(element, 'alt') ?? '', marks);
  else flow.inline.markdown(markdown, marks);
};

const control: Handler = (element, flow, { marks }) => {
  flow.inline.space();
  filledIn(element).forEach((line, i) => {
    if (i > 0) flow.inline.lineBreak();
    if (/^\[[ x]\]$/.test(line)) flow.inline.markdown(line, marks);
    else flow.inline.text(line, marks);
  });
  flow.inline.space();
};

const math: Handler = (element, flow, { marks }) => {
  const markdown = mathToMarkdown(element);
  if (markdown !== undefined) flow.inline.markdown(markdown, marks);
};

const around =
  (before: string, after: string): Handler =>
  ({ children }, flow, place) => {
    flow.inline.text(before, place.marks);
    convert(children, flow, place);
    flow.inline.text(after, place.marks);
  };

/** So that gauges in gauges are not looked through again at each level. */
const gaugesWithText = new WeakMap<HtmlElement, boolean>();

function hasText(element: HtmlElement): boolean {
  const known = gaugesWithText.get(element);
  if (known !== undefined) return known;
  const found = element.children.some((child) => (typeof child === 'string' ? /\S/.test(child) : hasText(child)));
  if (/^(?:meter|progress)$/.test(element.name)) gaugesWithText.set(element, found);
  return found;
}

const gauge: Handler = (element, flow, place) => {
  const content = !hasText(element) ? [gaugeText(element)] : element.children;
  around(' ', ' ')({ ...element, children: content }, flow, place);
};

/** A part of a picture that leads somewhere. */
const area: Handler = (element, flow, place) => {
  flow.inline.space();
  link({ ...element, children: [attributeOf(element, 'alt') ?? ''] }, flow, place);
  flow.inline.space();
};

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, heading] as const),
  ...['strong', 'b'].map((name) => [name, marked('strong')] as const),
  ...['em', 'i'].map((name) => [name, marked('emphasis')] as const),
  ...['del', 's', 'strike'].map((name) => [name, marked('deleted')] as const),
  ...['code', 'tt', 'samp', 'kbd'].map((name) => [name, marked('code')] as const),
  ...['pre', 'listing', 'xmp', 'plaintext'].map((name) => [name, preformatted] as const),
  ...['ul', 'ol', 'menu', 'dir'].map((name) => [name, list(listBlocks)] as const),
  ...['input', 'select', 'textarea'].map((name) => [name, control] as const),
  ['dl', list(descriptionBlocks)],
  ['blockquote', quotation],
  ['table', table],
  ['a', link],
  ['sup', superscript],
  ['sub', marked('sub')],
  ['br', lineBreak],
  ['hr', (_, flow) => flow.add([{ kind: 'rule', lines: ['---'] }])],
  ['img', image],
  ['math', math],
  // Browsers set a space before the neighbours of these by their style alone.
  ...['label', 'button'].map((name) => [name, around(' ', ' ')] as const),
  ...['meter', 'progress'].map((name) => [name, gauge] as const),
  ['area', area],
  ['q', around('“', '”')],
  // How a word is read, behind it; its own parentheses are for browsers that cannot set it above.
  ['rt', around('(', ')')],
  ['rp', () => {}],
]);
