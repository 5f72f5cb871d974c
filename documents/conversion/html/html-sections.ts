/** The library that translates HTML looks at all it has written after every element: twice the length takes four times as long. */
const SECTION_CHARACTERS = 20_000;

const TAG = /<(\/?)(p|table|ul|ol|blockquote)\b/g;

/**
 * Cuts long HTML between two paragraphs that are inside of nothing else, where the Markdown of one section does not depend on the others.
 *
 * @param html flat and well formed, with every `<` of its text escaped, as mammoth writes it
 */
export function htmlSections(html: string): string[] {
  const sections: string[] = [];
  let start = 0;
  let depth = 0;
  for (const { index, 1: end, 2: name } of html.matchAll(TAG)) {
    if (name !== 'p') depth += end ? -1 : 1;
    else if (!end && depth === 0 && index - start >= SECTION_CHARACTERS && html.startsWith('</p>', index - 4)) {
      sections.push(html.slice(start, index));
      start = index;
    }
  }
  sections.push(html.slice(start));
  return sections;
}
