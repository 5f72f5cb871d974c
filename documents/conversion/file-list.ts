/** Files that are named; of more only their number. */
const MOST_NAMED = 10;
const LONGEST_NAME = 100;

/** Names of files within a document in words: `a.pdf, b.docx and 12 more`. */
export function fileList(files: readonly string[]): string {
  // A name is whatever its sender wrote.
  const names = files.slice(0, MOST_NAMED).map((name) => {
    return name
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .slice(0, LONGEST_NAME)
      .toWellFormed();
  });
  return names.join(', ') + (files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : '');
}
