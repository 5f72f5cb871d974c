import { requireLinearTime } from '../../../growth.ts';
import { convert, refusal } from '../local-conversion.ts';
import { docxParts, makeDocx, paragraph } from './make-docx.ts';
import { makeZip } from './make-zip.ts';

const MEGABYTE = 1024 * 1024;

test('paragraphs and tables', async () => {
  const cell = (text: string) => `<w:tc>${text.split('|').map(paragraph).join('')}</w:tc>`;
  const row = (...texts: string[]) => `<w:tr>${texts.map(cell).join('')}</w:tr>`;
  const body = `${paragraph('Before')}<w:tbl>${row('a', 'b')}${row('one|two', '')}</w:tbl>`;
  expect((await convert(makeDocx(body), 'x.docx')).markdown).toBe(
    'Before\n\n| a | b |\n| --- | --- |\n| one<br>two |  |\n',
  );
});

test('title, author and language from its properties', async () => {
  const parts = {
    ...docxParts(paragraph('x')),
    'docProps/core.xml': '<coreProperties><dc:title>A &amp; B</dc:title><dc:creator>C</dc:creator></coreProperties>',
    'word/styles.xml':
      '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="de-CH"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>',
  };
  expect(await convert(makeZip(parts), 'x.docx')).toMatchObject({ title: 'A & B', author: 'C', language: 'de-CH' });
});

test('a document that inflates beyond the limit is too large', async () => {
  const docx = makeDocx(paragraph('x'.repeat(20 * MEGABYTE)));
  expect(docx.length).toBeLessThan(100_000);
  expect(await refusal(convert(docx, 'x.docx', { maxInflatedBytes: MEGABYTE }))).toBe(
    'too-large: The document inflates to more than the 1048576 bytes allowed.',
  );
});

test('tables that stand too deep in each other are said to, and are not called damaged', async () => {
  const times = 8000;
  const docx = makeDocx(
    `${'<w:tbl><w:tr><w:tc>'.repeat(times)}${paragraph('x')}${'</w:tc></w:tr></w:tbl>'.repeat(times)}`,
  );
  expect(await refusal(convert(docx, 'x.docx'))).toBe(
    'too-large: The document cannot be read as docx: its parts stand too deep in each other.',
  );
});

test('a long document reads the same in sections, and takes no time that grows with its square', async () => {
  const cell = `<w:tbl><w:tr><w:tc>${paragraph('inside')}${paragraph('a cell')}</w:tc></w:tr></w:tbl>`;
  const once = `${'Words of a paragraph.\n\n'.repeat(9)}| inside<br>a cell |\n| --- |\n\n`;
  await requireLinearTime(async (times) => {
    const docx = makeDocx((paragraph('Words of a paragraph.').repeat(9) + cell).repeat(times));
    expect((await convert(docx, 'x.docx')).markdown).toBe(`${once.repeat(times).trim()}\n`);
  }, 75);
});

test('XML beyond what its parser can take is too large', async () => {
  const docx = makeDocx(paragraph('x'.repeat(17 * MEGABYTE)));
  expect(await refusal(convert(docx, 'x.docx'))).toMatch(
    /^too-large: The part word\/document\.xml of the document has 178\d{5} bytes; at most 16777216 are read\.$/,
  );
});

test('entities that multiply are not expanded', async () => {
  const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const xml =
    docxParts(paragraph('&l9;'))['word/document.xml']?.replace('?>', `?><!DOCTYPE x [<!ENTITY l0 "lol">${lol}]>`) ?? '';
  const docx = makeZip({ ...docxParts(''), 'word/document.xml': xml });
  const markdown = await convert(docx, 'x.docx').then(
    (conversion) => conversion.markdown,
    (error: Error) => error.message,
  );
  expect(markdown.length).toBeLessThan(1000);
});

test('a file outside the document is never read', async () => {
  const picture = `<w:p><w:r><w:t>text</w:t><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">
    <a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>
    <a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="r9"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;
  const parts = {
    ...docxParts(picture),
    'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
      <Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="file:///etc/hostname" TargetMode="External"/></Relationships>`,
  };
  expect((await convert(makeZip(parts), 'x.docx')).markdown).toBe('text\n');
});

test('damaged XML is corrupt', async () => {
  const parts = { ...docxParts(''), 'word/document.xml': '<w:document><w:body' };
  expect(await refusal(convert(makeZip(parts), 'x.docx'))).toMatch(/^(corrupt|empty): /);
});

test('a document without its main part is corrupt', async () => {
  const { 'word/document.xml': _, ...parts } = docxParts('');
  expect(await refusal(convert(makeZip(parts), 'x.docx'))).toBe('corrupt: The document lacks its main part.');
});
