import { format, getFormatFromId, isDateFormat } from 'numfmt';
import { childOf, childrenOf, type XmlElement } from '../xml.ts';

/**
 * Excel shows these in the reader's own regional form, which a file does not say (ECMA-376, part 1, 18.8.30): ISO 8601 is the one that
 * nobody misreads.
 */
const REGIONAL: Readonly<Record<number, string>> = { 14: 'yyyy-mm-dd', 22: 'yyyy-mm-dd hh:mm' };
const GENERAL = 'General';
/** As Excel's own dialog; a longer one, repeated by a hostile file, shows each cell as a page of text and takes as long. */
const LONGEST_PATTERN = 255;
const WHOLE = '0';
const INTEGER = /^-?(0|[1-9]\d*)$/;
const DIGITS = 15;
/** Between these JavaScript writes a number without an exponent. */
const LEAST_PLAIN = 1e-6;
const MOST_PLAIN = 1e21;
/** Hours, minutes or seconds that go on counting (ECMA-376, part 1, 18.8.31). */
const ELAPSED = /\[(h+|m+|s+)\]/i;
const DAY = /[dy]/i;
/** Days from 1900 to 1904, as both calendars count them. */
const DAYS_TO_1904 = 1462;

/** The number formats of a workbook, by the index that its cells name. */
export class CellFormats {
  readonly #patterns: string[];
  readonly #dayOffset: number;
  /** Whether the text of a style has the colour of its cell. */
  readonly #unseen: readonly boolean[];

  /** @param styles the workbook's part of styles; without one every cell is formatted as General */
  constructor(styles: XmlElement | undefined, dates1904: boolean) {
    const own = new Map(
      childrenOf(childOf(styles, 'numFmts'), 'numFmt').map(({ attributes }) => [
        Number(attributes.numFmtId),
        attributes.formatCode ?? GENERAL,
      ]),
    );
    this.#patterns = childrenOf(childOf(styles, 'cellXfs'), 'xf').map(({ attributes }) => {
      const id = Number(attributes.numFmtId ?? 0);
      const pattern = own.get(id) ?? REGIONAL[id] ?? getFormatFromId(id) ?? GENERAL;
      return pattern.length <= LONGEST_PATTERN ? pattern : GENERAL;
    });
    const [fonts, fills] = ['font', 'fill'].map((name) => childrenOf(childOf(styles, `${name}s`), name));
    this.#unseen = childrenOf(childOf(styles, 'cellXfs'), 'xf').map(({ attributes }) => {
      const pattern = childOf(fills?.[Number(attributes.fillId ?? 0)], 'patternFill');
      const isPlain = pattern === undefined || pattern.attributes.patternType === 'none';
      const isPaper = isPlain || isWhite(childOf(pattern, 'fgColor'));
      return isPaper && isWhite(childOf(fonts?.[Number(attributes.fontId ?? 0)], 'color'));
    });
    this.#dayOffset = dates1904 ? DAYS_TO_1904 : 0;
  }

  /** Of styles that tables and conditions add nothing to. */
  isInColorOfCell(style: number): boolean {
    return this.#unseen[style] ?? false;
  }

  /**
   * A number as Excel shows it, dates included, but for a number without a format, which Excel rounds to the width of its column.
   *
   * @param stored as the file has it
   */
  show(stored: string, style: number): string {
    const value = Number(stored);
    if (!Number.isFinite(value)) return stored;
    const pattern = this.#patterns[style] ?? GENERAL;
    if (pattern === GENERAL || (pattern === WHOLE && INTEGER.test(stored))) return general(stored, value);
    try {
      return this.#formatted(pattern, value).trim();
    } catch {
      // A pattern that is none: Excel would repair the file.
      return general(stored, value);
    }
  }

  #formatted(pattern: string, value: number): string {
    if (!isDateFormat(pattern)) return format(pattern, value);
    // A duration begins at no day.
    const isDuration = ELAPSED.test(pattern);
    if (value >= 0) return format(pattern, isDuration ? value : value + this.#dayOffset);
    if (isDuration || !DAY.test(pattern)) {
      const [, negative = `-${pattern}`] = pattern.split(';');
      return format(negative, -value);
    }
    return this.#dayOffset > 0 ? `-${format(pattern, this.#dayOffset - value)}` : format(pattern, value);
  }
}

/** By its own code, as the first colour of the theme, or by its old number (ECMA-376, part 1, 18.8.3 and 18.8.27). */
function isWhite(color: XmlElement | undefined): boolean {
  const { rgb, theme, indexed, tint = '0' } = color?.attributes ?? {};
  return (
    /^(?:FF)?FFFFFF$/i.test(rgb ?? '') || (theme === '0' && Number(tint) === 0) || indexed === '1' || indexed === '9'
  );
}

/** Every digit of an integer, which may be the number of a thing, and of others the 15 digits that Excel keeps. */
function general(stored: string, value: number): string {
  if (INTEGER.test(stored)) return stored;
  const rounded = Number(value.toPrecision(DIGITS));
  return Math.abs(rounded) < LEAST_PLAIN || Math.abs(rounded) >= MOST_PLAIN ? format(GENERAL, value) : String(rounded);
}
