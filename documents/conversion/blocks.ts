import { UnconvertibleDocumentError } from './converter.ts';
import { MAX_TABLE_CELLS, requireBearable } from './limits.ts';
import { inOneLine, piecesOf } from './long-text.ts';
import { escapeMarkdown } from './text/escape-markdown.ts';

/** What a page is made of, its text not yet escaped; links in it are written by {@link linkTo}. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** `depth` from 0; `marker` as Markdown writes it, `-` or `1.`. */
  | { readonly kind: 'item'; readonly depth: number; readonly marker: string; readonly text: string }
  /** Said beside the text: a presentation's notes for its speaker. */
  | { readonly kind: 'quotation'; readonly text: string }
  /** A picture by the text that stands for it. */
  | { readonly kind: 'picture'; readonly text: string }
  /** The first row is the heading. */
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

/** Four columns suit both `- ` and `10. `: CommonMark wants a nested item to start below its parent's text. */
export const LIST_INDENT = '    ';

/** Around a link's text and its address: characters that no text of a document has, as XML forbids them. */
const [OPEN, BETWEEN, CLOSE] = ['\u0001', '\u0002', '\u0003'];
const LINK = new RegExp(`${OPEN}([^${OPEN}-${CLOSE}]*)${BETWEEN}([^${OPEN}-${CLOSE}]*)${CLOSE}`);
/** Around what is Markdown already. */
const [RAW, COOKED] = ['\u0004', '\u0005'];
const MARKDOWN = new RegExp(`${RAW}([^${RAW}${COOKED}]*)${COOKED}`);
const FOLLOWED = /^(https?|ftp|mailto|tel):/i;
/** Longer ones hold data, and lead nowhere that a reader could go. */
const LONGEST_ADDRESS = 2000;

/** A text that leads somewhere, as a part of a block's text. One whose address no reader follows is written without it. */
export function linkTo(address: string, text: string): string {
  return text.trim() === '' ? text : `${OPEN}${text}${BETWEEN}${address}${CLOSE}`;
}

/** Text above or below its line, as a part of a block's text: 10⁶ is not 106. */
export function raised(text: string, to: 'sup' | 'sub'): string {
  return text.trim() === '' ? text : `${RAW}<${to}>${COOKED}${text}${RAW}</${to}>${COOKED}`;
}

/** A formula in TeX, as a part of a block's text. */
export function formula(tex: string): string {
  return tex === '' ? '' : `${RAW}$${tex}$${COOKED}`;
}

/** A block's text without its links and marks. */
export function plainText(text: string): string {
  return text
    .split(LINK)
    .map((part, i) => (i % 3 === 2 ? '' : part))
    .join('')
    .split(MARKDOWN)
    .map((part, i) => (i % 2 === 1 && /^<\/?su[bp]>$/.test(part) ? '' : part))
    .join('');
}

/** Writes blocks as Markdown, with an empty line between them but not between the items of a list. */
export function blocksToMarkdown(blocks: readonly Block[]): string {
  let markdown = '';
  blocks.forEach((block, i) => {
    if (i > 0) markdown += block.kind === 'item' && blocks[i - 1]?.kind === 'item' ? '\n' : '\n\n';
    markdown += blockToMarkdown(block);
  });
  return markdown;
}

/** Characters of its text, each counted as often as it is written. */
export function charactersOf(block: Block): number {
  return block.kind === 'table' ? charactersOfTable(block.rows) : block.text.length;
}

function charactersOfTable(rows: readonly (readonly string[])[]): number {
  return sum(rows.map((row) => sum(row.map(({ length }) => length))));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Writes a table in GitHub's Markdown; every row as wide as the widest.
 *
 * @param rows cells in Markdown; line breaks become `<br>`, pipes are escaped
 * @throws UnconvertibleDocumentError `too-large`, also because a long row and many short ones multiply
 */
export function tableToMarkdown(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  if (width * rows.length > MAX_TABLE_CELLS) {
    const message = `A table of the document has more than ${MAX_TABLE_CELLS} cells, empty ones included.`;
    throw new UnconvertibleDocumentError('too-large', message);
  }
  requireBearable(charactersOfTable(rows));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = rows.map((row) => Array.from({ length: width }, (_, i) => tableCell(row[i] ?? '')));
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function tableCell(markdown: string): string {
  return markdown.length === 0 ? '' : [...piecesOf(markdown)].map(cellPiece).join('');
}

function cellPiece(markdown: string): string {
  const lines = markdown.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .join('<br>')
    .replace(/(?<!\\)(?:\\\\)*\|/g, (pipe) => `${pipe.slice(0, -1)}\\|`);
}

function blockToMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${textToMarkdown(block.text)}`;
    case 'paragraph':
      return textToMarkdown(block.text);
    case 'picture':
      return `![${labelOf(block.text)}]()`;
    case 'quotation':
      return textToMarkdown(block.text)
        .replaceAll('\n', '\n\n')
        .split('\n')
        .map((line) => `> ${line}`.trimEnd())
        .join('\n');
    case 'item':
      return `${LIST_INDENT.repeat(block.depth)}${block.marker} ${textToMarkdown(block.text)}`;
    case 'table':
      return tableToMarkdown(block.rows.map((row) => row.map(textToMarkdown)));
  }
}

function textToMarkdown(text: string): string {
  const parts = text.split(LINK);
  let markdown = escaped(parts[0] ?? '');
  for (let i = 1; i < parts.length; i += 3) {
    const [label = '', address = '', plain = ''] = parts.slice(i, i + 3);
    markdown += linkToMarkdown(label, address) + escaped(plain);
  }
  return markdown;
}

function escaped(text: string): string {
  if (!text.includes(RAW)) return escapeMarkdown(text);
  return text
    .split(MARKDOWN)
    .map((part, i) => (i % 2 === 0 ? escapeMarkdown(part) : part))
    .join('');
}

function linkToMarkdown(label: string, address: string): string {
  if (!FOLLOWED.test(address) || address.length > LONGEST_ADDRESS || label === address) return escaped(label);
  return `[${labelOf(label)}](${address.replace(/[\s<>()\\|]/g, percentEncoded)})`;
}

/** Its brackets escaped as well, which are syntax only here. */
function labelOf(text: string): string {
  return escaped(inOneLine(text)).replace(
    /(?<!\\)(?:\\\\)*[[\]]/g,
    (bracket) => `${bracket.slice(0, -1)}\\${bracket.slice(-1)}`,
  );
}

function percentEncoded(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
