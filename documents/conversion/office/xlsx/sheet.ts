import { linkTo, raised } from '../../blocks.ts';
import { scanXml } from '../xml.ts';
import type { CellFormats } from './cell-formats.ts';
import { PrintHeaders } from './print-headers.ts';

/** A cell that shows something. */
export interface Cell {
  /** From 1. */
  readonly row: number;
  /** From 1. */
  readonly column: number;
  readonly text: string;
  /** The last row and column that it spans, where it is merged with others. */
  readonly reaches?: { readonly row: number; readonly column: number };
}

export interface Sheet {
  /** In the order of their rows, as the file has them. */
  readonly cells: readonly Cell[];
  /** Programs that write workbooks without calculating them leave the results out. */
  readonly formulasWithoutResult: number;
  /** What nobody sees, and is left out: cells of rows and columns, values by their format or in the colour of their cells. */
  readonly hidden: ReadonlySet<'rows' | 'columns' | 'values'>;
  /** Controls, and objects of other programs. */
  readonly objects: number;
  readonly picturesInCells: number;
  readonly printed: PrintHeaders;
}

export interface SheetContext {
  readonly sharedStrings: readonly string[];
  readonly formats: CellFormats;
  /** Addresses outside of the workbook, by the ids of the relationships. */
  readonly links: ReadonlyMap<string, string>;
}

/** Of a sheet, up to `XFD`. */
const MOST_COLUMNS = 16_384;

/** Reads the cells of a worksheet (ECMA-376, part 1, 18.3.1.4) that are to be seen. */
export function readSheet(bytes: Uint8Array, context: SheetContext): Sheet {
  const cells: Cell[] = [];
  const addresses = new Map<string, string>();
  const merged = new Map<string, Cell['reaches']>();
  let printed = new PrintHeaders({});
  let printedName = '';
  const hiddenColumns = new Set<number>();
  const hidden = new Set<'rows' | 'columns' | 'values'>();
  const objects = new Set<string>();
  const inColorOfCell = new Set<Cell>();
  let hasOtherColors = false;
  let rowIsHidden = false;
  let picturesInCells = 0;
  let holdsPicture = false;
  let formula = '';
  let inFormula = false;
  let formulasWithoutResult = 0;
  let row = 0;
  let column = 0;
  let type = 'n';
  let style = 0;
  let value = '';
  let hasFormula = false;
  let collecting = false;
  let inPhonetic = false;
  scanXml(bytes, {
    open(name, attributes) {
      if (name === 'row') {
        row = Number(attributes.r ?? row + 1);
        column = 0;
        rowIsHidden = isHidden(attributes, 'ht');
      } else if (name === 'col') {
        const last = Math.min(Number(attributes.max), MOST_COLUMNS);
        if (isHidden(attributes, 'width')) for (let i = Number(attributes.min); i <= last; i++) hiddenColumns.add(i);
      } else if (name === 'c') {
        column = columnOf(attributes.r) ?? column + 1;
        type = attributes.t ?? 'n';
        style = Number(attributes.s ?? 0);
        value = '';
        hasFormula = false;
        formula = '';
        // A value of its own kind stands beside the error that older programs show.
        holdsPicture = attributes.vm !== undefined && type === 'e';
      } else if (name === 'hyperlink') {
        const address = context.links.get(attributes['r:id'] ?? '');
        const place = placeOf((attributes.ref ?? '').split(':', 1)[0] ?? '');
        if (address !== undefined && place !== undefined) addresses.set(place, address);
      } else if (name === 'mergeCell') {
        const [first = '', last = ''] = (attributes.ref ?? '').split(':', 2);
        const [from, row, column] = [placeOf(first), Number(last.match(/\d+$/)?.[0]), columnOf(last)];
        if (from !== undefined && row > 0 && column !== undefined) merged.set(from, { row, column });
      } else if (name === 'oleObject' || name === 'control') objects.add(attributes.shapeId ?? '');
      else if (name === 'conditionalFormatting' || name === 'tablePart') hasOtherColors = true;
      else if (name === 'headerFooter') printed = new PrintHeaders(attributes);
      else if (/(?:Header|Footer)$/.test(name)) {
        printedName = name;
        value = '';
      } else if (name === 'v' || name === 't') collecting = true;
      else if (name === 'rPh') inPhonetic = true;
      else if (name === 'f') {
        hasFormula = true;
        inFormula = true;
      }
    },
    text(text) {
      if ((collecting && !inPhonetic) || printedName !== '') value += text;
      else if (inFormula) formula += text;
    },
    close(name) {
      if (name === 'v' || name === 't') collecting = false;
      else if (name === 'rPh') inPhonetic = false;
      else if (name === 'f') inFormula = false;
      else if (name === printedName) {
        printed.add(name, value);
        printedName = '';
      } else if (name === 'c') {
        const text = shownValue(type, value, style, context);
        if (holdsPicture || /^_xlfn\.DISPIMG\(/i.test(formula)) picturesInCells++;
        else if (text.trim() !== '' && (rowIsHidden || hiddenColumns.has(column)))
          hidden.add(rowIsHidden ? 'rows' : 'columns');
        else if (text.trim() !== '') {
          const cell = { row, column, text: linkedByFormula(text, formula) };
          if (context.formats.isInColorOfCell(style)) inColorOfCell.add(cell);
          cells.push(cell);
        } else if (value !== '' && type === 'n' && Number(value) !== 0) hidden.add('values');
        else if (hasFormula && value === '' && type !== 'str') formulasWithoutResult++;
      }
    },
  });
  const seen = hasOtherColors ? cells : cells.filter((cell) => !inColorOfCell.has(cell));
  if (seen.length < cells.length) hidden.add('values');
  return {
    cells: addresses.size + merged.size === 0 ? seen : seen.map((cell) => withBehind(cell, addresses, merged)),
    formulasWithoutResult,
    hidden,
    objects: objects.size,
    picturesInCells,
    printed,
  };
}

/** By its own word, or without any height or width. */
function isHidden(attributes: Readonly<Record<string, string>>, size: string): boolean {
  return /^(?:1|true)$/.test(attributes.hidden ?? '') || Number(attributes[size] ?? 1) === 0;
}

function linkedByFormula(text: string, formula: string): string {
  const address = formula.match(/^HYPERLINK\("((?:[^"]|"")*)"/i)?.[1];
  return address === undefined ? text : linkTo(address.replaceAll('""', '"'), text);
}

/** Links, and which cells are merged, stand behind the cells in the file. */
function withBehind(
  cell: Cell,
  addresses: ReadonlyMap<string, string>,
  merged: ReadonlyMap<string, Cell['reaches']>,
): Cell {
  const place = `${cell.row} ${cell.column}`;
  const address = addresses.get(place);
  const reaches = merged.get(place);
  if (address === undefined && reaches === undefined) return cell;
  return { ...cell, ...(address && { text: linkTo(address, cell.text) }), ...(reaches && { reaches }) };
}

/** Row and column of a reference such as `B7`, as a key. */
function placeOf(reference: string): string | undefined {
  const column = columnOf(reference);
  const row = reference.match(/\d+$/)?.[0];
  return column === undefined || row === undefined ? undefined : `${Number(row)} ${column}`;
}

/** What Excel shows of a value, by the type of its cell (ECMA-376, part 1, 18.18.11). */
function shownValue(type: string, value: string, style: number, { sharedStrings, formats }: SheetContext): string {
  if (value === '') return '';
  switch (type) {
    case 's':
      return sharedStrings[Number(value)] ?? '';
    case 'b':
      return value === '1' || value === 'true' ? 'TRUE' : 'FALSE';
    case 'n':
      return formats.show(value, style);
    case 'd':
      return value.replace(/T00:00(:00(\.0+)?)?Z?$/, '');
    case 'e':
      return value;
    default:
      return decodeEscapes(value);
  }
}

/**
 * Characters that XML cannot have, or that it changes, are written as their codes, and what looks so with the code of its underscore
 * (ECMA-376, part 1, 22.9.2.19). Of the controls among them only tabs and line ends are text.
 */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text
    .replace(/_x([0-9a-f]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .toWellFormed();
}

/** The column of a reference such as `XFD12`, from 1. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = reference?.match(/^[A-Z]{1,3}/)?.[0];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = 26 * column + letter.charCodeAt(0) - 64;
  return column;
}

/** The texts of a workbook, which its cells name by their index. Phonetic guides (`rPh`) are no part of the text. */
export function readSharedStrings(bytes: Uint8Array): string[] {
  const strings: string[] = [];
  let current = '';
  let run = '';
  let inText = false;
  let inPhonetic = false;
  let place: string | undefined;
  scanXml(bytes, {
    open(name, attributes) {
      if (name === 'si') current = '';
      else if (name === 'r') place = undefined;
      else if (name === 'vertAlign') place = attributes.val;
      else if (name === 't') inText = true;
      else if (name === 'rPh') inPhonetic = true;
    },
    text(text) {
      if (inText && !inPhonetic) run += text;
    },
    close(name) {
      if (name === 'si') strings.push(current);
      else if (name === 'r') place = undefined;
      else if (name === 't') {
        inText = false;
        const text = decodeEscapes(run);
        run = '';
        if (place === 'superscript') current += raised(text, 'sup');
        else current += place === 'subscript' ? raised(text, 'sub') : text;
      } else if (name === 'rPh') inPhonetic = false;
    },
  });
  return strings;
}
