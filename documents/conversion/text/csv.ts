import Papa from 'papaparse';
import { tableToMarkdown } from '../blocks.ts';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { PAPAPARSE } from '../converter-versions.ts';
import { MAX_TABLE_CELLS, requireBearable } from '../limits.ts';
import { escapeMarkdown } from './escape-markdown.ts';

const DELIMITERS = [',', '\t', ';', '|'];
/** Of the text, to find the delimiter. */
const SAMPLE_CHARACTERS = 16_384;
/** A table that nobody announced: a head and two records below it. */
const FEWEST_RECORDS = 3;
/** Prose has a comma a line by accident, seldom two. */
const FEWEST_COLUMNS: Readonly<Record<string, number>> = { ',': 3 };
const LONGEST_HEAD = 60;

/**
 * Finds out whether a text is a table of delimited values (RFC 4180), with commas, tabs, semicolons or bars.
 *
 * @param announced whether name or Content-Type says so; otherwise only a table without any irregularity is one
 * @returns the delimiter, or undefined when the text is none
 */
export function delimiterOf(text: string, announced: boolean): string | undefined {
  const sample = wholeLines(text);
  const samples = DELIMITERS.map((delimiter) => {
    const { data, quotesAreRight } = parse(sample, delimiter);
    const widths = data.map((record) => record.length);
    const columns = mostFrequent(widths);
    const regular = widths.filter((width) => width === columns).length / Math.max(1, widths.length);
    return { delimiter, data, columns, regular, quotesAreRight };
  });
  const usable = samples
    .filter(({ columns }) => columns > 1)
    .sort((a, b) => b.regular - a.regular || b.columns - a.columns);
  if (announced) return usable[0]?.delimiter ?? ',';
  return usable.find(
    ({ delimiter, data, columns, regular, quotesAreRight }) =>
      regular === 1 &&
      quotesAreRight &&
      data.length >= FEWEST_RECORDS &&
      columns >= (FEWEST_COLUMNS[delimiter] ?? 2) &&
      isHead(data[0] ?? []),
  )?.delimiter;
}

/**
 * Delimited values into one Markdown table; the first record is its head.
 *
 * @throws UnconvertibleDocumentError `too-large`
 */
export function convertCsv(text: string, delimiter: string): Omit<Conversion, 'characters'> {
  requireBearable(text.length);
  const { data } = parse(text, delimiter);
  const rows = data.map((record) => record.map(escapeMarkdown));
  return { type: 'csv', markdown: data.length === 0 ? '' : tableToMarkdown(rows), converter: PAPAPARSE };
}

/** Record by record, so that a table beyond the limit is not read to its end. */
function parse(text: string, delimiter: string): { data: string[][]; quotesAreRight: boolean } {
  const data: string[][] = [];
  let quotesAreRight = true;
  let columns = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    newline: '\n',
    skipEmptyLines: 'greedy',
    // Its fast mode splits the whole text at once, in many times its memory.
    fastMode: false,
    step(record) {
      columns = Math.max(columns, record.data.length);
      data.push(record.data);
      quotesAreRight &&= record.errors.every(({ type }) => type !== 'Quotes');
      // Short records count as long as the longest.
      if (columns * data.length > MAX_TABLE_CELLS) {
        throw new UnconvertibleDocumentError('too-large', `The table has more than ${MAX_TABLE_CELLS} cells.`);
      }
    },
  });
  return { data, quotesAreRight };
}

/** The beginning of a long text, up to the end of a line. */
function wholeLines(text: string): string {
  if (text.length <= SAMPLE_CHARACTERS) return text;
  const end = text.lastIndexOf('\n', SAMPLE_CHARACTERS);
  return text.slice(0, end === -1 ? SAMPLE_CHARACTERS : end);
}

/** Names of columns: each there, short, and different from the others. */
function isHead(record: readonly string[]): boolean {
  const names = record.map((name) => name.trim());
  return names.every((name) => name !== '' && name.length <= LONGEST_HEAD) && new Set(names).size === names.length;
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most), [0, 0])[0];
}
