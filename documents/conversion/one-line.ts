import { piecesOf } from './pieces.ts';

/** White space around a line's end. From where the white space begins, as a run that is tried from each of its places takes its square. */
const BREAKS = /(?<!\s)\s*\n\s*/g;

/** Several lines as one. */
export function inOneLine(text: string): string {
  let line = '';
  for (const piece of piecesOf(text)) line += piece.replace(BREAKS, ' ');
  return line.trim();
}
