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
/** Excel's way to name the delimiter, before the records. */
const SEPARATOR_LINE = /^sep=([^\w\s"]|\t)\n/i;
/** How often a text's length is read again because of wrong quotes. */
const MOST_RESCANS = 8;
const MOST_PARTS = 64;
const LINES_NAMED = 5;

/**
 * Finds out whether a text is a table of delimited values (RFC 4180), with commas, tabs, semicolons or bars.
 *
 * @param announced whether name or Content-Type says so; otherwise only a table without any irregularity is one
 * @returns the delimiter, or undefined when the text is none
 */
export function delimiterOf(text: string, announced: boolean): string | undefined {
  const named = text.match(SEPARATOR_LINE)?.[1];
  if (named !== undefined) return named;
  const lines = wholeLines(text);
  const samples = DELIMITERS.map((delimiter) => {
    let quotesAreRight = true;
    const sample = withoutSpacesBeforeQuotes(lines, delimiter);
    const { data } = parse(sample, delimiter, true, ({ isWrong }) => {
      quotesAreRight &&= !isWrong;
      return true;
    });
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
 * Delimited values into one Markdown table; the first record is its head. A quote that does not end takes no other records with it: where
 * its line has the right number of values without quotes, it is read so, and `partial` names the line.
 *
 * @throws UnconvertibleDocumentError `too-large`
 */
export function convertCsv(text: string, delimiter: string): Omit<Conversion, 'characters'> {
  requireBearable(text.length);
  const { records, wrongLines } = readRecords(withoutSpacesBeforeQuotes(text, delimiter), delimiter);
  const rows = records.map((record) => record.map(escapeMarkdown));
  return {
    type: 'csv',
    markdown: rows.length === 0 ? '' : tableToMarkdown(rows),
    converter: PAPAPARSE,
    ...(wrongLines.length > 0 && { partial: [wrongQuotes(wrongLines)] }),
  };
}

/** Written by hand, a value that is quoted often stands behind a space; Papa takes its quotes for text. */
function withoutSpacesBeforeQuotes(text: string, delimiter: string): string {
  if (!text.includes(' "') || text.includes(`${delimiter}"`)) return text;
  const mark = delimiter.replace(/\W/, '\\$&');
  const opening = new RegExp(`${mark} +"`, 'g');
  const behind = new RegExp(` *(?=${mark}|\\n|$)`, 'y');
  let written = '';
  let copied = 0;
  for (let open = opening.exec(text); open; open = opening.exec(text)) {
    const end = endOfQuotes(text, opening.lastIndex);
    behind.lastIndex = end;
    if (end === 0 || !behind.test(text)) continue;
    written += text.slice(copied, open.index) + delimiter + text.slice(opening.lastIndex - 1, end);
    copied = behind.lastIndex;
    opening.lastIndex = copied;
  }
  return written + text.slice(copied);
}

/** Behind the quote that ends a value; 0 where none does. */
function endOfQuotes(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote + 1;
}

function wrongQuotes(lines: readonly number[]): string {
  const named = lines.slice(0, LINES_NAMED).join(', ');
  const more = lines.length > LINES_NAMED ? ` and ${lines.length - LINES_NAMED} more` : '';
  return `Quotes are wrong in ${lines.length === 1 ? 'line' : 'lines'} ${named}${more}: values may be cut or joined.`;
}

interface Records {
  readonly records: string[][];
  /** From 1. */
  readonly wrongLines: number[];
}

function readRecords(text: string, delimiter: string): Records {
  const records: string[][] = [];
  const wrongLines: number[] = [];
  let rescanned = 0;
  let line = 1;
  let counted = 0;
  let width = 0;
  let start = text.match(SEPARATOR_LINE)?.[0].length ?? 0;
  while (start < text.length) {
    const from = start;
    let begin = from;
    start = text.length;
    // Where every quote is wrong, quotes are none: to look for the end of each would take the square of the text's length.
    const quoted = rescanned <= MOST_RESCANS * text.length;
    const { data } = parse(text.slice(from), delimiter, quoted, ({ record, isWrong, cursor, columns }) => {
      width ||= record.length;
      requireFewCells(Math.max(columns, width) * (records.length + 1));
      const [first, end] = [begin, from + cursor];
      begin = end;
      if (!isWrong) return true;
      line += lineEndsIn(text, counted, first);
      counted = first;
      wrongLines.push(line);
      const lineEnd = endOfLine(text, first);
      const isOneLine = end <= lineEnd + 1;
      if (isOneLine || (record.length === width && valuesOf(text, first, lineEnd, delimiter).length !== width))
        return true;
      start = first;
      rescanned += end - from + text.length / MOST_PARTS;
      return false;
    });
    for (const record of data) records.push(record);
    if (start === text.length) break;
    const lineEnd = endOfLine(text, start);
    records.push(valuesOf(text, start, lineEnd, delimiter));
    start = lineEnd + 1;
  }
  return { records, wrongLines };
}

function valuesOf(text: string, start: number, end: number, delimiter: string): string[] {
  return text.slice(start, end).split(delimiter, MAX_TABLE_CELLS);
}

interface Step {
  readonly record: string[];
  readonly isWrong: boolean;
  /** Where the record ends. */
  readonly cursor: number;
  /** Of the longest record until now. */
  readonly columns: number;
}

/**
 * Record by record, so that a table beyond the limit is not read to its end.
 *
 * @param take whether to go on; the record for which it does not is left out
 */
function parse(
  text: string,
  delimiter: string,
  quoted: boolean,
  take: (step: Step) => boolean,
): { readonly data: string[][] } {
  const data: string[][] = [];
  let columns = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    newline: '\n',
    skipEmptyLines: 'greedy',
    // Its fast mode splits the whole text at once, in many times its memory.
    fastMode: false,
    // A character that no text has.
    ...(!quoted && { quoteChar: '\u0000' }),
    step(record, parser) {
      columns = Math.max(columns, record.data.length);
      const isWrong = record.errors.some(({ type }) => type === 'Quotes');
      // Short records count as long as the longest.
      requireFewCells(columns * (data.length + 1));
      if (take({ record: record.data, isWrong, cursor: record.meta.cursor, columns })) data.push(record.data);
      else parser.abort();
    },
  });
  return { data };
}

function requireFewCells(cells: number): void {
  if (cells <= MAX_TABLE_CELLS) return;
  throw new UnconvertibleDocumentError('too-large', `The table has more than ${MAX_TABLE_CELLS} cells.`);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function lineEndsIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = text.indexOf('\n', from); i !== -1 && i < to; i = text.indexOf('\n', i + 1)) count++;
  return count;
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
