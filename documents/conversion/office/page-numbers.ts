/** As in "Page 3 of 5". */
const WORDS_BESIDE_NUMBER = 2;

/** Whether a header or footer says anything but which page, slide or sheet it stands on. */
export function saysMoreThanNumber(text: string, hasNumber: boolean): boolean {
  const words = text.match(/\p{L}+/gu)?.length ?? 0;
  return words > (hasNumber ? WORDS_BESIDE_NUMBER : 0);
}
