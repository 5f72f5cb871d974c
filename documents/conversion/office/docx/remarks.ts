export type LeftOut = 'deleted' | 'hidden' | 'object' | 'subdocument';

const SENTENCES: Readonly<Record<LeftOut, string>> = {
  deleted: 'Text that tracked changes delete was left out.',
  hidden: 'Hidden text was left out.',
  subdocument: 'A document that this one refers to as a part of it was left out.',
  object: 'An object of another program, such as an older formula, was left out.',
};

/** What mammoth says of styles and pictures takes nothing from the text. */
const NO_LOSS = /\bstyle\b|^Image of type|image file|v:imagedata|^Unsupported break|complex field/i;

/** What is missing from a document, a sentence each. */
export function remarksOf(
  leftOut: ReadonlySet<LeftOut>,
  messages: readonly { readonly message: string }[],
  notRead: readonly string[],
): string[] {
  const losses = messages.map(({ message }) => message).filter((message) => !NO_LOSS.test(message));
  const signs = losses.filter((message) => message.startsWith('A w:sym element')).length;
  const merged = losses.some((message) => message.includes('cell merging'));
  return [
    ...[...leftOut].map((what) => SENTENCES[what]),
    ...notRead,
    ...(signs > 0 ? [`Signs of a symbol font that are no Unicode characters were left out (${signs}).`] : []),
    ...(merged ? ['Merged cells of a table may stand in the wrong place.'] : []),
  ];
}
