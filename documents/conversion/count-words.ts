import { piecesOf } from './pieces.ts';

/**
 * Numbers of list items, anchors, addresses of links and line breaks inside tables are no words. Each part stops where it could begin
 * anew: a text that begins many and ends none would take the square of its length.
 */
const MARKUP = /^[^\S\n]*\d{1,9}\.\s|<!--(?:(?!<!--).)*?-->|\]\([^\])\s]*\)|<https?:[^<>\s]*>|<br>/gm;
/**
 * Chinese and Japanese have no spaces: each character counts as one word, as word processors count them. Everything else, Korean
 * included, is counted by its spaces; what has neither letter nor digit is no word.
 */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[\p{L}\p{N}](?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}|])\S)*/gu;

/** Words of Markdown, its markup left out. */
export function countWords(markdown: string): number {
  let words = 0;
  for (const piece of piecesOf(markdown)) words += piece.replace(MARKUP, ' ').match(WORD)?.length ?? 0;
  return words;
}
