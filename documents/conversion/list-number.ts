const MOST_LETTERS = 32;

/** A list's number in a format of Word's (ECMA-376, part 1, 17.18.59); those of other scripts are written in digits. */
export function numberAs(number: number, format: string): string {
  switch (format) {
    case 'none':
      return '';
    case 'decimalZero':
      return String(number).padStart(2, '0');
    case 'upperRoman':
      return roman(number);
    case 'lowerRoman':
      return roman(number).toLowerCase();
    case 'upperLetter':
      return letters(number);
    case 'lowerLetter':
      return letters(number).toLowerCase();
    default:
      return String(number);
  }
}

/** a to z, then aa to zz. */
function letters(number: number): string {
  const times = Math.floor((number - 1) / 26) + 1;
  if (number < 1 || times > MOST_LETTERS) return String(number);
  return String.fromCharCode(65 + ((number - 1) % 26)).repeat(times);
}

function roman(number: number): string {
  if (number < 1 || number > 3999) return String(number);
  const signs: readonly (readonly [number, string])[] = [
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ];
  let rest = number;
  return signs
    .map(([value, sign]) => {
      const times = Math.floor(rest / value);
      rest %= value;
      return sign.repeat(times);
    })
    .join('');
}
