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
/** Days from 1900 to 1904, as both calendars count them. */
const DAYS_TO_1904 = 1462;

/** The number formats of a workbook, by the index that its cells name. */
export class CellFormats {
  readonly #patterns: string[];
  readonly #dayOffset: number;

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
    this.#dayOffset = dates1904 ? DAYS_TO_1904 : 0;
  }

  /** A number as Excel shows it, dates included. */
  show(value: number, style: number): string {
    const pattern = this.#patterns[style] ?? GENERAL;
    try {
      const days = this.#dayOffset > 0 && isDateFormat(pattern) ? this.#dayOffset : 0;
      return format(pattern, value + days).trim();
    } catch {
      // A pattern that is none: Excel would repair the file.
      return format(GENERAL, value);
    }
  }
}
