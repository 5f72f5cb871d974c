import { convert } from '../../local-conversion.ts';
import { makeDocxWith, wordPart } from '../make-docx.ts';

const level = (number: number, format: string, text: string, more = '') =>
  `<w:lvl w:ilvl="${number}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
const item = (text: string, id: number, depth = 0) =>
  `<w:p><w:pPr><w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="${id}"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const plain = '<w:p><w:r><w:t>between</w:t></w:r></w:p>';

async function markdownOf(body: string, levels: string, nums = ''): Promise<string> {
  const numbering = `<w:abstractNum w:abstractNumId="0">${levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>${nums}`;
  const docx = makeDocxWith(body, { numbering: ['numbering.xml', wordPart('numbering', numbering)] });
  return (await convert(docx, 'x.docx')).markdown;
}

test('a list goes on behind other text', async () => {
  const body = item('a', 1) + item('b', 1) + plain + item('c', 1);
  expect(await markdownOf(body, level(0, 'decimal', '%1.'))).toBe('1. a\n2. b\n\nbetween\n\n3. c\n');
});

test('a list begins where its instance says, and another instance goes on with the same numbers', async () => {
  const start =
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>';
  const body = item('a', 1) + plain + item('b', 2) + item('c', 2) + plain + item('d', 1);
  expect(await markdownOf(body, level(0, 'decimal', '%1.'), start)).toBe(
    '1. a\n\nbetween\n\n7. b\n8. c\n\nbetween\n\n9. d\n',
  );
});

test.each([
  ['lowerLetter', '%1)', '- a) x'],
  ['upperRoman', '§ %1', '- § I x'],
  ['decimalZero', '%1', '1. x'],
  ['none', '', '1. x'],
  ['bullet', '·', '- x'],
])('a number as %s', async (format, text, markdown) => {
  expect(await markdownOf(item('x', 1), level(0, format, text))).toBe(`${markdown}\n`);
});

test('deeper levels begin anew below each number, and show those above', async () => {
  const body = item('a', 1) + item('b', 1, 1) + item('c', 1, 1) + item('d', 1) + item('e', 1, 1);
  const markdown = await markdownOf(body, level(0, 'decimal', '%1.') + level(1, 'decimal', '%1.%2'));
  expect(markdown).toBe('1. a\n    - 1.1 b\n    - 1.2 c\n2. d\n    - 2.1 e\n');
});

test('headings have the numbers of their style', async () => {
  const heading = (text: string) => `<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
  const docx = makeDocxWith(heading('Scope') + plain + heading('Costs'), {
    numbering: [
      'numbering.xml',
      wordPart(
        'numbering',
        `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1', '<w:pStyle w:val="H"/>')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`,
      ),
    ],
    styles: [
      'styles.xml',
      wordPart(
        'styles',
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>',
      ),
    ],
  });
  expect((await convert(docx, 'x.docx')).markdown).toBe('# 1 Scope\n\nbetween\n\n# 2 Costs\n');
});
