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
