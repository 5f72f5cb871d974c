/** Of 255, the difference of two parts of a colour. */
const SAME_COLOR = 6;
const NAMED_COLORS: Readonly<Record<string, string>> = { white: '#ffffff', black: '#000000' };

/** Whether nobody tells them apart; what is not known is told apart. */
export function areNearlyEqual(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (!/^#[\da-f]{6}$/.test(a) || !/^#[\da-f]{6}$/.test(b)) return false;
  return [1, 3, 5].every((at) => {
    const difference = Number.parseInt(a.slice(at, at + 2), 16) - Number.parseInt(b.slice(at, at + 2), 16);
    return Math.abs(difference) <= SAME_COLOR;
  });
}

/** @returns in six hexadecimal digits or as its name, `undefined` for what is no plain colour */
export function colorOf(declared: string, around: string | undefined): string | undefined {
  const value = declared.toLowerCase();
  if (/^(?:inherit|transparent|none|unset|initial)$/.test(value)) return around;
  const rgb = value.match(/^rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)$/);
  if (rgb) return `#${[rgb[1], rgb[2], rgb[3]].map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
  const hsl = value.match(/^hsl\(\s*[\d.]+(?:deg)?[\s,]+[\d.]+%[\s,]+([\d.]+)%\s*\)$/);
  // Of those that are no grey, only the lightest and the darkest are known.
  if (hsl) return Number(hsl[1]) >= 98 ? '#ffffff' : Number(hsl[1]) <= 2 ? '#000000' : value;
  if (/^#[\da-f]{3}$/.test(value)) return value.replace(/[\da-f]/g, '$&$&');
  return /^(?:#[\da-f]{6}|[a-z]+)$/.test(value) ? (NAMED_COLORS[value] ?? value) : undefined;
}
