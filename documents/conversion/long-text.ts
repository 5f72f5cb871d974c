/** What is done with texts of any length: in pieces. */

/**
 * V8 keeps every match of a replacement, and every piece of a split, until the last one: of a large text that is many times its own
 * memory, taken in one call that nothing can end, and a thread that runs out of memory there takes the whole process with it.
 */
const PIECE_CHARACTERS = 65_536;

/** Cuts a text after a line's end, or else after a space, or where neither is near, anywhere. */
export function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end =
      start + PIECE_CHARACTERS < text.length ? cutBetween(text, start, start + PIECE_CHARACTERS) : text.length;
    yield text.slice(start, end);
    start = end;
  }
}

function cutBetween(text: string, start: number, end: number): number {
  const piece = text.slice(start, end);
  const lastBreak = piece.lastIndexOf('\n');
  const last = lastBreak === -1 ? piece.lastIndexOf(' ') : lastBreak;
  if (last !== -1) return start + last + 1;
  return /[\ud800-\udbff]$/.test(piece) ? end - 1 : end;
}

/** White space around a line's end. From where the white space begins, as a run that is tried from each of its places takes its square. */
const BREAKS = /(?<!\s)\s*\n\s*/g;

/** Several lines as one. */
export function inOneLine(text: string): string {
  let line = '';
  for (const piece of piecesOf(text)) line += piece.replace(BREAKS, ' ');
  return line.trim();
}

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
