/** The second that was written last, and its text up to the milliseconds. */
let second = Number.NaN;
let text = '';

/**
 * A time as ISO 8601, in UTC with milliseconds: what `Date` writes, in an eighth of its time. Each attempt writes four.
 *
 * @param now milliseconds since the epoch
 * @throws RangeError when it is no time
 */
export function isoTime(now: number): string {
  const newSecond = Math.floor(now / 1000);
  if (newSecond !== second) {
    text = new Date(newSecond * 1000).toISOString().slice(0, -'000Z'.length);
    second = newSecond;
  }
  return `${text}${String(Math.floor(now) - second * 1000).padStart(3, '0')}Z`;
}
