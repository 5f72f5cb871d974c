import { piecesOf } from '../long-text.ts';

/**
 * Closes every element that a page leaves open.
 *
 * HTML lets authors leave out end tags, and the parser behind node-html-markdown then needs minutes for a table of some thousand
 * rows. After this every element is closed where browsers would close it, in time linear in the page's length.
 */

const VOID = new Set(
  'area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen'.split(' '),
);
/** Left out with all that is in them: their content is no HTML, or none of the document's text. */
const DROPPED = new Set(['script', 'style', 'noscript', 'template', 'iframe', 'noframes', 'textarea', 'svg']);
/** Which open elements a start tag closes, and those beyond which it does not reach (HTML Living Standard, 13.1.2.4). */
const CLOSES: Readonly<Record<string, { readonly open: readonly string[]; readonly within: readonly string[] }>> = {
  li: { open: ['li'], within: ['ul', 'ol', 'menu', 'dir'] },
  dt: { open: ['dt', 'dd'], within: ['dl'] },
  dd: { open: ['dt', 'dd'], within: ['dl'] },
  td: { open: ['td', 'th'], within: ['table', 'tr'] },
  th: { open: ['td', 'th'], within: ['table', 'tr'] },
  tr: { open: ['tr'], within: ['table'] },
  thead: { open: ['thead', 'tbody', 'tfoot'], within: ['table'] },
  tbody: { open: ['thead', 'tbody', 'tfoot'], within: ['table'] },
  tfoot: { open: ['thead', 'tbody', 'tfoot'], within: ['table'] },
  option: { open: ['option'], within: ['select', 'datalist'] },
};
const PARAGRAPH_ENDS = new Set(
  (
    'address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hgroup hr main menu nav ol p pre search section summary table ul li dt dd td th tr'
  ).split(' '),
);
/** Elements whose end a stray end tag inside does not reach past. */
const SCOPES = new Set(['table', 'td', 'th', 'caption', 'html']);
/** Chromium's own limit; deeper tags are left out and their text stays. */
const DEEPEST = 512;

export function balanceHtml(html: string): string {
  const open: string[] = [];
  let balanced = '';
  let position = 0;

  const closeDownTo = (depth: number) => {
    while (open.length > depth) balanced += `</${open.pop()}>`;
  };
  const closeOpen = (names: readonly string[], within: (name: string) => boolean) => {
    for (let depth = open.length - 1; depth >= 0; depth--) {
      const name = open[depth] as string;
      if (names.includes(name)) return closeDownTo(depth);
      if (within(name)) return;
    }
  };

  while (position < html.length) {
    const start = html.indexOf('<', position);
    if (start === -1) break;
    balanced += inPieces(html.slice(position, start));
    const tag = readTag(html, start);
    position = tag.end;
    if (tag.kind === 'text') balanced += '&lt;';
    else if (tag.kind === 'end') {
      if (open.includes(tag.name))
        closeOpen([tag.name], (name) => SCOPES.has(name) && tag.name !== 'table' && !SCOPES.has(tag.name));
    } else if (tag.kind === 'start') {
      const { name } = tag;
      if (tag.empty && !VOID.has(name)) continue;
      if (DROPPED.has(name)) {
        position = endOfElement(html, tag.end, name);
        continue;
      }
      if (PARAGRAPH_ENDS.has(name)) closeOpen(['p'], (other) => SCOPES.has(other) || PARAGRAPH_ENDS.has(other));
      const closes = CLOSES[name];
      if (closes) closeOpen(closes.open, (other) => closes.within.includes(other));
      if (VOID.has(name)) balanced += html.slice(start, tag.end);
      else if (open.length < DEEPEST) {
        balanced += html.slice(start, tag.end);
        open.push(name);
      }
    }
  }
  balanced += inPieces(html.slice(position));
  closeDownTo(0);
  return balanced;
}

/** A comment between the pieces makes them texts of their own, which read the same. */
function inPieces(text: string): string {
  return [...piecesOf(text)].join('<!---->');
}

type Tag =
  /** `empty` as in `<a id="x"/>`, which is whole in XHTML and SVG. */
  | { readonly kind: 'start' | 'end'; readonly name: string; readonly empty: boolean; readonly end: number }
  | { readonly kind: 'text' | 'comment'; readonly end: number };

function readTag(html: string, start: number): Tag {
  if (html.startsWith('<!--', start)) {
    const end = html.indexOf('-->', start + 4);
    return { kind: 'comment', end: end === -1 ? html.length : end + 3 };
  }
  const match = /[!?]|\/?([a-z][\w:-]*)/iy;
  match.lastIndex = start + 1;
  const found = match.exec(html);
  if (!found) return { kind: 'text', end: start + 1 };
  const end = endOfTag(html, match.lastIndex);
  if (found[1] === undefined) return { kind: 'comment', end };
  const kind = found[0].startsWith('/') ? 'end' : 'start';
  const empty =
    /["'\s\w]\/>$/.test(html.slice(end - 3, end)) && !/=[^"'\s]*\/>$/.test(html.slice(Math.max(start, end - 80), end));
  return { kind, name: found[1].toLowerCase(), empty, end };
}

/** Behind the `>` that is in no quoted attribute; a tag that never ends takes the rest with it, as in browsers. */
function endOfTag(html: string, from: number): number {
  let quote = '';
  for (let i = from; i < html.length; i++) {
    const character = html[i] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return i + 1;
    else if ((character === '"' || character === "'") && /=\s*$/.test(html.slice(Math.max(from, i - 8), i)))
      quote = character;
  }
  return html.length;
}

function endOfElement(html: string, from: number, name: string): number {
  const end = new RegExp(`</${name}[\\s/>]`, 'gi');
  end.lastIndex = from;
  return end.exec(html) ? endOfTag(html, end.lastIndex - 1) : html.length;
}
