import {
  NodeHtmlMarkdown,
  type NodeHtmlMarkdownOptions,
  type TranslatorConfigFactory,
  type TranslatorConfigObject,
} from 'node-html-markdown';
import { LIST_INDENT } from '../blocks.ts';
import type { Conversion } from '../converter.ts';
import { NODE_HTML_MARKDOWN } from '../converter-versions.ts';
import { languageTag } from '../document-properties.ts';
import { inOneLine, piecesOf } from '../long-text.ts';
import { INLINE_SYNTAX, LINE_SYNTAX } from '../text/escape-markdown.ts';
import { balanceHtml } from './balance-html.ts';
import { htmlListItem } from './html-list-item.ts';
import { htmlTable } from './html-table.ts';

/** Elements without text of the document: code, embedded media, and the controls of a form. */
const IGNORED = [
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'object',
  'svg',
  'canvas',
  'audio',
  'video',
  'map',
]
  .concat(['button', 'select', 'textarea', 'datalist', 'progress', 'meter', 'dialog', 'title'])
  .map((name) => name.toUpperCase());

/** Where `<title>` and `<meta>` are looked for, so that a page made to be searched slowly is not. */
const HEAD_CHARACTERS = 65_536;

/** No server takes a longer address; a hostile one of megabytes fills all memory when its signs are replaced. */
const LONGEST_ADDRESS = 8192;

const OPTIONS = {
  bulletMarker: '-',
  emDelimiter: '*',
  indent: LIST_INDENT,
  maxConsecutiveNewlines: 2,
  ignore: IGNORED,
  globalEscape: [INLINE_SYNTAX, '\\$&'],
  lineStartEscape: [LINE_SYNTAX, '$1\\$2'],
} satisfies Partial<NodeHtmlMarkdownOptions>;

/** A web page into Markdown. Nothing that it refers to is loaded. */
export function convertHtml(html: string): Omit<Conversion, 'characters'> {
  const head = html.slice(0, HEAD_CHARACTERS);
  const title = textOf(head.match(/<title\b[^<>]*>([^<]*)/i)?.[1]);
  const author = textOf(attributeOf(head.match(/<meta\b[^<>]*\bname\s*=\s*["']?author\b[^<>]*/i)?.[0], 'content'));
  const language = languageTag(attributeOf(head.match(/<html\b[^<>]*/i)?.[0], 'lang'));
  return {
    type: 'html',
    markdown: htmlToMarkdown(html),
    converter: NODE_HTML_MARKDOWN,
    ...(title && { title }),
    ...(author && { author }),
    ...(language && { language }),
  };
}

/** Also for the HTML that another library makes. */
export function htmlToMarkdown(html: string): string {
  const translators: TranslatorConfigObject = {
    a: link,
    li: htmlListItem,
    table: htmlTable((cell) => translator.translate(cell)),
    caption: { ignore: true },
  };
  const translator = new NodeHtmlMarkdown(OPTIONS, translators);
  let markdown = '';
  for (const piece of piecesOf(translator.translate(balanceHtml(html)))) markdown += withoutTrailingSpaces(piece);
  return markdown.trimEnd();
}

/** Two spaces behind a word are a line break; all others at a line's end are nothing. */
function withoutTrailingSpaces(lines: string): string {
  return lines.replace(/(?<![^\S\n])[^\S\n]+(?=\n)/g, (spaces, at) =>
    spaces === '  ' && /\S/.test(lines[at - 1] ?? '') ? spaces : '',
  );
}

/** The charset that a page declares in its first 1,024 bytes (HTML Living Standard, 4.2.5.4). */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024)).toString('latin1');
  return head.match(/<meta\b[^<>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)/i)?.[1];
}

/**
 * A link keeps its address only where following it cannot run anything, and where it leads out of the page: Markdown has no
 * places inside it to link to.
 */
const link: TranslatorConfigFactory = ({ node }) => {
  const href = node.getAttribute('href')?.trim() ?? '';
  if (href.length > LONGEST_ADDRESS) return {};
  if (/^#.*-ref-/.test(href) && node.textContent === '↑') return { ignore: true };
  if (/^(?:#|$)/.test(href) || /\s/.test(href) || !/^(?:https?:|mailto:|tel:|[^:]*$|[^:]*[/?#])/i.test(href)) return {};
  const address = href.replace(
    /[()<>*_[\]]/g,
    (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (node.textContent.trim() === href && /^https?:/i.test(href)) return { content: `<${address}>`, recurse: false };
  return {
    postprocess: ({ content }) => (content.trim() === '' ? '' : `[${inOneLine(content)}](${address})`),
  };
};

function attributeOf(tag: string | undefined, name: string): string | undefined {
  const match = tag?.match(new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"']+))`, 'i'));
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

/** Plain text of a title: the references that titles really have, and no line breaks. */
function textOf(html: string | undefined): string | undefined {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
  const text = html
    ?.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (all, decimal, hex, name) => {
      if (name) return named[name.toLowerCase()] ?? all;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    })
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? undefined : text;
}
