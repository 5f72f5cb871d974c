/** Text from outside for a terminal: what would move its cursor or end the line is shown as a question mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '?');
}
