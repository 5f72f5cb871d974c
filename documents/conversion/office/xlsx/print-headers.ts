import { saysMoreThanNumber } from '../page-numbers.ts';

/** Fonts and colours; of what follows, sizes, the page's number, and what Excel fills in, such as the file's name (ECMA-376, part 1, 18.3.1.46). */
const STYLE = /&"[^"]*"|&K(?:[\da-f]{6}|\d\d[+-]\d{3})/gi;
const NUMBER = /&[PN](?:[+-]\d+)?/gi;
const OTHER = /&(?:\d+|[^&LCR])/gi;

/** Headers and footers of a sheet that is printed, which only print shows. */
export class PrintHeaders {
  readonly #shown = new Set(['oddHeader', 'oddFooter']);
  readonly headers = new Set<string>();
  readonly footers = new Set<string>();

  /** @param attributes of the element around them: first and even pages have their own only where it says so */
  constructor({ differentFirst = '', differentOddEven = '' }: Readonly<Record<string, string>>) {
    const isOn = (value: string) => /^(?:1|true)$/.test(value);
    for (const part of ['Header', 'Footer']) {
      if (isOn(differentFirst)) this.#shown.add(`first${part}`);
      if (isOn(differentOddEven)) this.#shown.add(`even${part}`);
    }
  }

  add(name: string, code: string): void {
    if (!this.#shown.has(name)) return;
    const into = name.endsWith('Header') ? this.headers : this.footers;
    for (const words of printedWords(code)) into.add(words);
  }
}

/** The words of its left, middle and right, without those that only count pages, or name the sheet or the day. */
export function printedWords(code: string): string[] {
  const sections = code
    .replaceAll('&&', '\u0000')
    .replace(STYLE, '')
    .split(/&[LCR]/i);
  return sections.flatMap((section) => {
    const text = section.replace(NUMBER, '').replace(OTHER, '').replaceAll('\u0000', '&').replace(/\s+/g, ' ').trim();
    return saysMoreThanNumber(text, section.match(NUMBER) !== null) ? [text] : [];
  });
}
