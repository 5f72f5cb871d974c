/** What the items of lists begin with. */

/** Bullets that nothing else is written with, and the private places where symbol fonts have theirs. */
const SIGNS = '•‣◦▪▫■□●○∙➢➤►▶✓✔❖◆◇♦\\ue000-\\uf8ff';
/** Signs that are bullets only where a word follows them. */
const DASHES = '–—*·-';

const BULLET = new RegExp(`^(?:[${SIGNS}]\\s*|[${DASHES}]\\s+(?=[\\p{L}\\p{N}"'(]))`, 'u');
const NUMBER = /^\(?(\d{1,3})[.)]\s+/;
const LETTER = /^\(?[a-z][.)]\s/;
/** A bullet alone, `1.`, `(a)`, `IV.` or `2.3.1`. */
const LABEL = new RegExp(
  `^(?:[${SIGNS}${DASHES}]|\\(?(?:\\d{1,3}|\\p{L}|[ivxIVX]{1,5})[.)]|\\d{1,3}(?:\\.\\d{1,3})+\\.?)$`,
  'u',
);

/** Whether a line begins an item. */
export function startsItem(text: string): boolean {
  return BULLET.test(text) || NUMBER.test(text) || LETTER.test(text);
}

/** Whether a line begins with a bullet, which Markdown writes in its own way; it writes numbers and letters as they are. */
export function startsWithBullet(text: string): boolean {
  return BULLET.test(text);
}

/** Whether a text is nothing but the mark of an item that stands apart from it. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** An item's mark as Markdown writes it, and its text without. */
export function splitItem(text: string): { readonly marker: string; readonly text: string } {
  const number = NUMBER.exec(text);
  if (number) return { marker: `${number[1]}.`, text: text.slice(number[0].length) };
  return { marker: '-', text: text.replace(BULLET, '') };
}
