import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html, parse } from 'parse5';
import { UnconvertibleDocumentError } from '../converter.ts';
import { isVisible, type Lookups, MOST_LOOKUPS, readStyleSheets, type Surroundings } from './hidden-text.ts';

type Parsed = DefaultTreeAdapterTypes.Element;

/** An element of a page. What is no text of the document, and what a reader does not see, is not among its children. */
export interface HtmlElement {
  readonly name: string;
  readonly attributes: Parsed['attrs'];
  readonly children: HtmlNode[];
}

/** A string is text as the page has it. */
export type HtmlNode = HtmlElement | string;

export interface HtmlPage {
  readonly root: HtmlElement;
  readonly title?: string;
  readonly author?: string;
  /** As the page says. */
  readonly language?: string;
  /** Whether it has text that it does not show. */
  readonly hidesText: boolean;
  /** Whether a drawing (SVG) in it has text, which is left out. */
  readonly drawsText: boolean;
  /** Whether it has text for browsers that run no scripts, show no frames or play nothing, which is left out. */
  readonly hasOtherText: boolean;
}

/** What its text is not, of a page. */
type LeftOut = { -readonly [key in 'hidesText' | 'drawsText' | 'hasOtherText']: boolean };

/** Left out with all that is in them: their content is no HTML, or none of the document's text. A page's scripts are not run. */
const DROPPED = new Set(
  'head script style noscript template iframe frameset noframes noembed svg audio video datalist title'.split(' '),
);

/** What browsers show in place of what they cannot do: source of HTML, and elements. */
const FOR_OTHERS = new Set(['noscript', 'noframes', 'noembed']);
const PLAYERS = new Set(['audio', 'video']);
/** Of a drawing; its title and description are for those who do not see it. */
const TEXT_OF_DRAWINGS = new Set(['text', 'foreignObject']);
/** A page in a page is read, and those in that are not. */
const MOST_PAGES_DEEP = 2;
/** Of what such an element has, in UTF-16 code units: looked through for words. */
const LONGEST_FOR_OTHERS = 65_536;

/** Chromium's own limit; deeper tags are left out and their text stays. So nothing that follows the tree overflows the stack. */
const DEEPEST = 512;
/** Of a cell's content below its table: `<tbody>`, `<tr>` and `<td>` are between. */
const CELL_DEPTH = 4;

/**
 * Elements and comments of a page, those that HTML implies included: badly nested tags can imply a square of them. A million need more memory
 * than one conversion may use, and a thread that fills it with what is all in use may take the process with it.
 */
const MAX_NODES = 500_000;

/** Of a title or an author's name, in UTF-16 code units. */
const LONGEST_PROPERTY = 8192;

/**
 * Reads a page as browsers do (HTML Living Standard, 13.2), whatever its tags, in time linear in its length.
 *
 * @throws UnconvertibleDocumentError `too-large` above {@link MAX_NODES}
 */
export function readPage(text: string): HtmlPage {
  return readPageWithin(text, { nodes: 0, depth: 0, pages: 1, lookups: { left: MOST_LOOKUPS } });
}

/** What a page has in common with those in it: how many nodes, and how deep it stands, in elements and in pages. */
interface Within {
  nodes: number;
  readonly lookups: Lookups;
  readonly depth: number;
  readonly pages: number;
}

function readPageWithin(text: string, within: Within): HtmlPage {
  const notable: Parsed[] = [];
  const requireFew = () => {
    within.nodes++;
    if (within.nodes <= MAX_NODES) return;
    const message = `The page has more than ${MAX_NODES} elements, which are the most that are converted.`;
    throw new UnconvertibleDocumentError('too-large', message);
  };
  const document = parse(text, {
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(name, namespace, attributes) {
        requireFew();
        const element = defaultTreeAdapter.createElement(name, namespace, attributes);
        if (/^(?:html|title|meta|style|link)$/.test(name) && namespace === html.NS.HTML) notable.push(element);
        return element;
      },
      createCommentNode(comment) {
        requireFew();
        return defaultTreeAdapter.createCommentNode(comment);
      },
    },
  });
  const named = (name: string) => notable.filter(({ tagName }) => tagName === name);
  const styles = readStyleSheets(
    named('style')
      .filter(({ attrs }) => !/print/i.test(valueIn(attrs, 'media') ?? ''))
      .map(plainText),
    named('link').some(({ attrs }) => /stylesheet/i.test(valueIn(attrs, 'rel') ?? '')),
    within.lookups,
  );
  const author = named('meta').find(({ attrs }) => valueIn(attrs, 'name')?.trim().toLowerCase() === 'author');
  return {
    ...visibleTree(document, styles, within),
    ...nonEmpty('title', named('title').map(plainText)[0]),
    ...nonEmpty('author', author && valueIn(author.attrs, 'content')),
    ...nonEmpty('language', named('html').map(({ attrs }) => valueIn(attrs, 'lang'))[0]),
  };
}

export function attributeOf({ attributes }: HtmlElement, name: string): string | undefined {
  return valueIn(attributes, name);
}

/** All the text in an element, as the page has it; a line break is one. */
export function textIn({ children }: HtmlElement): string {
  let text = '';
  for (const child of children) {
    if (typeof child === 'string') text += child;
    else text += child.name === 'br' ? '\n' : textIn(child);
  }
  return text;
}

function valueIn(attributes: Parsed['attrs'], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

function plainText({ childNodes }: Parsed): string {
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('');
}

function nonEmpty<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  const line = value?.slice(0, LONGEST_PROPERTY).replace(/\s+/g, ' ').trim();
  return line ? ({ [name]: line } as { readonly [key in Name]?: string }) : {};
}

/** Without functions that call themselves: the parsed tree may be as deep as the page is long. */
function visibleTree(
  document: DefaultTreeAdapterTypes.Document,
  styles: ReturnType<typeof readStyleSheets>,
  within: Within,
): Pick<HtmlPage, 'root' | keyof LeftOut> {
  interface Level {
    readonly nodes: DefaultTreeAdapterTypes.ChildNode[];
    readonly around: Surroundings;
    /** Nothing of what is not displayed. */
    readonly into: HtmlElement | undefined;
    next: number;
  }
  const root: HtmlElement = { name: 'page', attributes: [], children: [] };
  const levels: Level[] = [{ nodes: document.childNodes, around: styles.initial, into: root, next: 0 }];
  const leftOut: LeftOut = { hidesText: false, drawsText: false, hasOtherText: false };
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const node = level.nodes[level.next++];
    if (node === undefined) {
      // A long page has no room in memory for both of its trees.
      level.nodes.length = 0;
      levels.pop();
    } else if (node.nodeName === '#text') {
      const { value } = node as DefaultTreeAdapterTypes.TextNode;
      if (level.into && isVisible(level.around)) level.into.children.push(value);
      else leftOut.hidesText ||= /\S/.test(value);
    } else if ('tagName' in node && node.tagName === 'svg') {
      leftOut.drawsText ||= level.into !== undefined && hasText(node, ({ nodeName }) => TEXT_OF_DRAWINGS.has(nodeName));
    } else if (FOR_OTHERS.has(node.nodeName)) {
      leftOut.hasOtherText ||= level.into !== undefined && hasWords(plainText(node as Parsed));
    } else if (PLAYERS.has(node.nodeName)) {
      leftOut.hasOtherText ||= level.into !== undefined && hasText(node as Parsed, () => true);
    } else if (node.nodeName === 'head') {
      const { childNodes } = node as Parsed;
      const others = childNodes.filter(({ nodeName }) => FOR_OTHERS.has(nodeName)) as Parsed[];
      leftOut.hasOtherText ||= others.some((other) => hasWords(plainText(other)));
    } else if (node.nodeName === 'iframe') {
      const page = pageWithin((node as Parsed).attrs);
      if (!page) {
        leftOut.hasOtherText ||= level.into !== undefined && hasWords(plainText(node as Parsed));
        continue;
      }
      const around = styles.surroundingsIn(node as Parsed, level.around);
      if (!level.into || !around || within.pages === MOST_PAGES_DEEP) {
        leftOut.hidesText ||= hasWords(page);
        continue;
      }
      // Written into this one's counts.
      const inner = { ...within, depth: within.depth + levels.length, pages: within.pages + 1 };
      const { root: embedded, ...others } = readPageWithin(page, inner);
      within.nodes = inner.nodes;
      level.into.children.push({ name: 'section', attributes: [], children: embedded.children });
      for (const what of Object.keys(leftOut) as (keyof LeftOut)[]) leftOut[what] ||= others[what];
    } else if ('tagName' in node && (!DROPPED.has(node.tagName) || isShadow(node))) {
      const around = styles.surroundingsIn(node, level.around);
      let into = around && level.into;
      if (into && within.depth + levels.length < DEEPEST) {
        // A table whose cells would be deeper is read as what is in it.
        const name =
          node.tagName === 'table' && within.depth + levels.length > DEEPEST - CELL_DEPTH ? 'div' : node.tagName;
        const element: HtmlElement = { name, attributes: node.attrs, children: [] };
        into.children.push(element);
        into = element;
      } else if (into) into.children.push(' ');
      const nodes = isShadow(node) ? defaultTreeAdapter.getTemplateContent(node).childNodes : node.childNodes;
      levels.push({ nodes, around: around ?? level.around, into, next: 0 });
    }
  }
  return { root, ...leftOut };
}

/** Of HTML that is not parsed, but for its scripts and styles. */
function hasWords(html: string): boolean {
  let isSkipped = false;
  return html
    .slice(0, LONGEST_FOR_OTHERS)
    .split('<')
    .some((part, i) => {
      if (/^\/?(?:script|style)\b/i.test(part)) isSkipped = !part.startsWith('/');
      return !isSkipped && /[\p{L}\p{N}]/u.test(i === 0 ? part : part.slice(part.indexOf('>') + 1));
    });
}

/** Whether an element has a text somewhere within one that counts. */
function hasText(element: Parsed, counts: (element: Parsed) => boolean): boolean {
  const pending: { node: DefaultTreeAdapterTypes.ChildNode; within: boolean }[] = [{ node: element, within: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, within } = next;
    if (within && 'value' in node && /\S/.test(node.value)) return true;
    if (!('tagName' in node)) continue;
    for (const child of node.childNodes) pending.push({ node: child, within: within || counts(node) });
  }
  return false;
}

/** A shadow tree that the page declares is shown in its host's place (HTML Living Standard, 4.12.3). */
function isShadow(element: Parsed): element is DefaultTreeAdapterTypes.Template {
  return element.tagName === 'template' && /^(?:open|closed)$/i.test(valueIn(element.attrs, 'shadowrootmode') ?? '');
}

/** The page that a frame carries itself (RFC 2397 for its address). */
function pageWithin(attributes: Parsed['attrs']): string | undefined {
  const page = valueIn(attributes, 'srcdoc');
  const [, isBase64, data] = valueIn(attributes, 'src')?.match(/^\s*data:text\/html[^,]*?(;base64)?,(.*)$/is) ?? [];
  if (page !== undefined || data === undefined) return page;
  return isBase64 ? Buffer.from(data, 'base64').toString() : percentDecoded(data);
}

function percentDecoded(text: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(decoded, 'latin1').toString();
}
