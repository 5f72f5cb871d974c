import { makePdf, type PdfText } from './make-pdf.ts';

export const PAGES = 50;
const LINES = 42;
const WORDS = (
  'the boats of the harbour leave before dawn and return when the wind has turned so that every crew knows its place along the ' +
  'quay where nets are mended crates are counted and the price of the morning is agreed between those who fish and those who sell'
).split(' ');

/** A report of fifty pages and some 195,000 characters: headings, prose, a list and a table on each page. */
export function fiftyPages(): Uint8Array {
  return makePdf(Array.from({ length: PAGES }, (_, i) => page(i + 1)));
}

function page(number: number): PdfText[] {
  const texts: PdfText[] = [
    { text: 'Harbour report', x: 50, y: 815, size: 8 },
    { text: `${number}. Chapter of the harbour`, x: 50, y: 780, size: 18 },
  ];
  let y = 750;
  for (let line = 0; line < LINES; line++, y -= 13) texts.push({ text: prose(number * LINES + line), x: 50, y });
  for (let item = 1; item <= 3; item++, y -= 13) texts.push({ text: `${item}. ${prose(item + number)}`, x: 50, y });
  for (let row = 0; row < 4; row++, y -= 13) {
    for (let column = 0; column < 4; column++)
      texts.push({ text: `${row * number}.${column}`, x: 50 + 120 * column, y });
  }
  texts.push({ text: String(number), x: 300, y: 20, size: 8 });
  return texts;
}

/** Some 90 characters, different from line to line. */
function prose(seed: number): string {
  let line = '';
  for (let i = seed * 7; line.length < 86; i++) line += `${WORDS[(i * i + seed) % WORDS.length]} `;
  return line.trim();
}
