// How many bytes values take as a proto, each with a tag of one byte: of the fields numbered 1 to 15.

/** A string; none where it is empty. */
export function textSize(value: string): number {
  return value === '' ? 0 : delimitedSize(Buffer.byteLength(value));
}

/** A tag, a length and so many bytes. */
export function delimitedSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes;
}

/** A whole number, without a tag. */
export function varintSize(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
