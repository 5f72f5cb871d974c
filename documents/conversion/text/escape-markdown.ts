import { piecesOf } from '../long-text.ts';

/**
 * Characters that Markdown would take for its own syntax wherever they stand. Not an underscore inside a word, nor a `<` that
 * cannot begin a tag, so that the text remains readable.
 */
export const INLINE_SYNTAX = /[\\`*]|<(?=[a-z/!?])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|(?<=~)~|~(?=~)|\](?=\()/giu;

/** What begins a heading, a quotation or a code block. Lists are not here: plain text writes them as Markdown does. */
export const LINE_SYNTAX = /^([ \t]*)(#{1,6}(?=[ \t]|$)|>|~{3,})/gm;

/** An asterisk that begins a line is a list's. */
const BULLET = /^([ \t]*)\\\*(?=[ \t])/gm;

/**
 * Escapes plain text, so that it reads in Markdown as it did before.
 *
 * @param text may have several lines
 */
export function escapeMarkdown(text: string): string {
  let escaped = '';
  for (const piece of piecesOf(text)) escaped += escapePiece(piece);
  return escaped;
}

function escapePiece(text: string): string {
  return text.replace(INLINE_SYNTAX, '\\$&').replace(BULLET, '$1*').replace(LINE_SYNTAX, '$1\\$2');
}
