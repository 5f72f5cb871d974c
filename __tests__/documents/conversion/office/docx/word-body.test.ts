import { convert, refusal } from '../../local-conversion.ts';
import { makeDocx, makeDocxWith, paragraph, wordPart } from '../make-docx.ts';

const run = (text: string, properties = '') =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const mark = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
const box = (content: string) => `<w:txbxContent>${content}</w:txbxContent>`;

async function markdownOf(body: string): Promise<string> {
  return (await convert(makeDocx(body), 'x.docx')).markdown.trim();
}

test.each([
  [
    'a formula',
    `<w:p>${run('It is ')}<m:oMath><m:r><m:t>a</m:t></m:r></m:oMath>${run(' high.')}</w:p>`,
    'It is $a$ high.',
  ],
  [
    'a formula of its own',
    '<w:p><m:oMathPara><m:oMath><m:r><m:t>E=1</m:t></m:r></m:oMath></m:oMathPara></w:p>',
    '$$E=1$$',
  ],
  [
    'formulas that follow each other',
    '<w:p><m:oMath><m:r><m:t>a=1</m:t></m:r></m:oMath><m:oMath><m:r><m:t>b=2</m:t></m:r></m:oMath></w:p>',
    '$a=1$ $b=2$',
  ],
  [
    'formulas of their own that follow each other',
    '<w:p><m:oMathPara><m:oMath><m:r><m:t>a=1</m:t></m:r></m:oMath><m:oMath><m:r><m:t>b=2</m:t></m:r></m:oMath></m:oMathPara></w:p>',
    '$$a=1$$  \n$$b=2$$',
  ],
  [
    'a row that begins late',
    `<w:tbl><w:tr><w:tc>${paragraph('a')}</w:tc><w:tc>${paragraph('b')}</w:tc><w:tc>${paragraph('c')}</w:tc></w:tr><w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr><w:tc>${paragraph('d')}</w:tc></w:tr></w:tbl>`,
    '| a | b | c |\n| --- | --- | --- |\n|  |  | d |',
  ],
  [
    'a formula that a field draws',
    `<w:p>${run('Half: ')}${mark('begin')}<w:r><w:instrText> EQ \\f(1;2)</w:instrText></w:r>${mark('end')}</w:p>`,
    'Half: \\\\f(1;2)',
  ],
  [
    'a paragraph whose mark is deleted, and nothing follows',
    `${paragraph('a')}<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run('b')}</w:p>`,
    'a\n\nb',
  ],
  [
    'a paragraph whose mark is deleted, before a table',
    `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run('a')}</w:p><w:tbl><w:tr><w:tc>${paragraph('b')}</w:tc></w:tr></w:tbl>`,
    'a\n\n| b |\n| --- |',
  ],
  [
    'a paragraph whose mark is deleted, and the next',
    `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run('a')}</w:p>${paragraph('b')}`,
    'ab',
  ],
  [
    'a field that another one compares',
    `<w:p>${mark('begin')}<w:r><w:instrText> IF </w:instrText></w:r>${mark('begin')}<w:r><w:instrText> MERGEFIELD a </w:instrText></w:r>${mark('separate')}${run('5')}${mark('end')}<w:r><w:instrText> = 5 "yes"</w:instrText></w:r>${mark('separate')}${run('yes')}${mark('end')}</w:p>`,
    'yes',
  ],
  [
    'a field within the result of another one',
    `<w:p>${mark('begin')}<w:r><w:instrText> TOC </w:instrText></w:r>${mark('separate')}${run('Chapter ')}${mark('begin')}<w:r><w:instrText> PAGEREF </w:instrText></w:r>${mark('separate')}${run('7')}${mark('end')}${mark('end')}</w:p>`,
    'Chapter 7',
  ],
  [
    'fields after one that does not end',
    `<w:p>${mark('begin')}<w:r><w:instrText> XE </w:instrText></w:r></w:p><w:p>${mark('begin')}<w:r><w:instrText> REF </w:instrText></w:r>${mark('separate')}${run('kept')}${mark('end')}</w:p>`,
    'kept',
  ],
  ['a simple field', `<w:p><w:fldSimple w:instr="AUTHOR">${run('Ida')}</w:fldSimple></w:p>`, 'Ida'],
  [
    'a box that is ticked',
    `<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent>${run('☒')}</w:sdtContent></w:sdt>${run(' done')}</w:p>`,
    '[x] done',
  ],
  ['a content control', `<w:sdt><w:sdtPr/><w:sdtContent>${paragraph('Kiel')}</w:sdtContent></w:sdt>`, 'Kiel'],
  [
    'a choice from a list',
    '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="low"/><w:listEntry w:val="high"/></w:ddList></w:ffData></w:fldChar></w:r></w:p>',
    'high',
  ],
  [
    'a text box',
    `<w:p><w:r><w:pict><v:rect><v:textbox>${box(paragraph('Boxed'))}</v:textbox></v:rect></w:pict></w:r></w:p>`,
    'Boxed',
  ],
  ['drawn text', '<w:p><w:r><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r></w:p>', 'DRAFT'],
  ['elements that are not known', `<w:p><w:unheard>${run('of')}</w:unheard></w:p>`, 'of'],
  [
    'powers and indices',
    `<w:p>${run('10')}${run('6', '<w:vertAlign w:val="superscript"/>')}${run(' H')}${run('2', '<w:vertAlign w:val="subscript"/>')}</w:p>`,
    '10<sup>6</sup> H<sub>2</sub>',
  ],
  [
    'ruby',
    '<w:p><w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>',
    '漢(kan)',
  ],
])('%s', async (_, body, markdown) => {
  expect(await markdownOf(body)).toBe(markdown);
});

const hidden = 'Hidden text was left out.';
const cell = (shade: string, text: string) =>
  `<w:tbl><w:tr><w:tc><w:tcPr>${shade}</w:tcPr><w:p>${text}</w:p></w:tc></w:tr></w:tbl>`;

test.each([
  ['hidden', `<w:p>${run('a')}${run('b', '<w:vanish/>')}</w:p>`, 'a', [hidden]],
  ['not hidden', `<w:p>${run('a')}${run('b', '<w:vanish w:val="0"/>')}</w:p>`, 'ab', undefined],
  ['white', `<w:p>${run('a')}${run('b', '<w:color w:val="FFFFFF"/>')}</w:p>`, 'a', [hidden]],
  ['nearly white', `<w:p>${run('a')}${run('b', '<w:color w:val="FDFDFD"/>')}</w:p>`, 'a', [hidden]],
  [
    'white on blue',
    `<w:p>${run('b', '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="0000FF"/>')}</w:p>`,
    'b',
    undefined,
  ],
  [
    'white in a blue cell',
    cell('<w:shd w:val="clear" w:fill="0000FF"/>', run('b', '<w:color w:val="FFFFFF"/>')),
    '| b |\n| --- |',
    undefined,
  ],
  [
    'blue in a blue cell',
    `${paragraph('a')}${cell('<w:shd w:val="clear" w:fill="0000FF"/>', run('b', '<w:color w:val="0000FF"/>'))}`,
    'a',
    [hidden],
  ],
  ['as small as a point', `<w:p>${run('a')}${run('b', '<w:sz w:val="2"/>')}</w:p>`, 'a', [hidden]],
  [
    'in a hidden row',
    `${paragraph('a')}<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>${paragraph('b')}</w:tc></w:tr></w:tbl>`,
    'a',
    [hidden],
  ],
  [
    'deleted',
    `<w:p>${run('a')}<w:del><w:r><w:delText>b</w:delText></w:r></w:del><w:ins>${run('c')}</w:ins></w:p>`,
    'ac',
    ['Text that tracked changes delete was left out.'],
  ],
  [
    'in an object',
    `${paragraph('a')}<w:p><w:r><w:object><OLEObject/></w:object></w:r></w:p>`,
    'a',
    ['An object of another program, such as an older formula, was left out.'],
  ],
])('text that is %s', async (_, body, markdown, partial) => {
  const conversion = await convert(makeDocx(body), 'x.docx');
  expect(conversion.markdown.replace(/\n*\| {2}\|\n\| --- \|/, '').trim()).toBe(markdown);
  expect(conversion.partial).toEqual(partial);
});

test('a document of which nobody sees anything is empty, and says why', async () => {
  expect(await refusal(convert(makeDocx(`<w:p>${run('b', '<w:vanish/>')}</w:p>`), 'x.docx'))).toBe(
    'empty: The document is empty: it has no text. Hidden text was left out.',
  );
});

test('a comment is quoted behind its paragraph, also that on a deleted word', async () => {
  const reference = '<w:r><w:commentReference w:id="1"/></w:r>';
  for (const body of [reference, `<w:del>${reference}</w:del>`]) {
    const docx = makeDocxWith(`<w:p>${run('400 EUR')}${body}</w:p>`, {
      comments: [
        'comments.xml',
        wordPart('comments', `<w:comment w:id="1" w:author="Ida">${paragraph('450!')}</w:comment>`),
      ],
    });
    expect((await convert(docx, 'x.docx')).markdown).toBe('400 EUR\n\n> Comment by Ida: 450!\n');
  }
});

test('headers stand before the text and footers behind it, without their page numbers', async () => {
  const sections =
    '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/></w:sectPr>';
  const docx = makeDocxWith(`${paragraph('Body')}${sections}`, {
    header: ['header1.xml', wordPart('hdr', paragraph('Ferry Office'))],
    footer: [
      'footer1.xml',
      wordPart(
        'ftr',
        `<w:p>${run('Page ')}<w:fldSimple w:instr="PAGE">${run('1')}</w:fldSimple></w:p>${paragraph('Confidential')}`,
      ),
    ],
  });
  expect((await convert(docx, 'x.docx')).markdown).toBe('Ferry Office\n\nBody\n\nConfidential\n');
});

test('a section has the headers of the one before it, and its first page its own', async () => {
  const references = ['first', 'default', 'even'].map((type) => `<w:headerReference w:type="${type}" r:id="${type}"/>`);
  const section = (content: string) => `<w:p><w:pPr><w:sectPr>${content}</w:sectPr></w:pPr></w:p>`;
  const docx = makeDocxWith(`${section(references.join(''))}${paragraph('Body')}<w:sectPr><w:titlePg/></w:sectPr>`, {
    first: ['header1.xml', wordPart('hdr', paragraph('Annex'))],
    default: ['header2.xml', wordPart('hdr', paragraph('Ferry Office'))],
    even: ['header3.xml', wordPart('hdr', paragraph('Not shown'))],
  });
  expect((await convert(docx, 'x.docx')).markdown).toBe('Ferry Office\n\nAnnex\n\nBody\n');
});

test('styles of source code become code', async () => {
  const line = (text: string) => `<w:p><w:pPr><w:pStyle w:val="SC"/></w:pPr>${run(text)}</w:p>`;
  const docx = makeDocxWith(line('# one') + line('two'), {
    styles: [
      'styles.xml',
      wordPart('styles', '<w:style w:type="paragraph" w:styleId="SC"><w:name w:val="Source Code"/></w:style>'),
    ],
  });
  expect((await convert(docx, 'x.docx')).markdown).toBe('```\n# one\ntwo\n```\n');
});

test.each([
  ['HTML', 'part.html', '<p>hello <b>all</b></p>', 'hello **all**'],
  ['text', 'part.txt', 'hello', 'hello'],
  [
    'a web archive',
    'part.mht',
    'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>gr=C3=BC=\r\nn</p>\r\n--x--',
    'grün',
  ],
])('a part that is %s is read in its place', async (_, name, content, markdown) => {
  const docx = makeDocxWith(`${paragraph('Before')}<w:altChunk r:id="aFChunk"/>`, { aFChunk: [name, content] });
  expect((await convert(docx, 'x.docx')).markdown).toBe(`Before\n\n${markdown}\n`);
});

test('a part that is not read is named', async () => {
  const docx = makeDocxWith(`${paragraph('Before')}<w:altChunk r:id="aFChunk"/>`, { aFChunk: ['a.rtf', '{\\rtf1 x}'] });
  expect((await convert(docx, 'x.docx')).partial).toEqual(['The embedded part word/a.rtf was left out.']);
});

test('pictures alone need OCR, whatever stands at their head', async () => {
  const picture = '<w:p><w:r><w:pict><v:shape><v:imagedata r:id="image"/></v:shape></w:pict></w:r></w:p>';
  const docx = makeDocxWith(`${picture}<w:sectPr><w:headerReference r:id="header"/></w:sectPr>`, {
    header: ['header1.xml', wordPart('hdr', paragraph('Ferry Office'))],
  });
  expect(await refusal(convert(docx, 'x.docx'))).toBe(
    'needs-ocr: The document needs OCR: it consists of pictures without text.',
  );
});

test.each([
  ['in a drawing', 5_400_000, 7_600_000],
  ['as an old program draws it', '425.2pt', '598.4pt'],
])('pictures as large as a page are named beside text: %s', async (_, width, height) => {
  const drawn = `<w:r><w:drawing><wp:extent xmlns:wp="wp" cx="${width}" cy="${height}"/><a:blip xmlns:a="a" r:embed="image"/></w:drawing></w:r>`;
  const old = `<w:r><w:pict><v:shape style="position:absolute;width:${width};height:${height}"><v:imagedata r:id="image"/></v:shape></w:pict></w:r>`;
  const page = `<w:p>${typeof width === 'number' ? drawn : old}</w:p>`;
  const portrait = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>';
  const convertAll = async (body: string) => (await convert(makeDocx(body), 'x.docx')).partial;
  expect(await convertAll(`${paragraph('Report')}${page}${portrait}`)).toEqual([
    'A picture is as large as a page: text in it needs OCR.',
  ]);
  expect(await convertAll(`${paragraph('Report')}${page}${page}`)).toEqual([
    '2 pictures are as large as a page: text in them needs OCR.',
  ]);
  const poster = `<w:p><w:pPr><w:sectPr><w:pgSz w:w="23811" w:h="33676"/></w:sectPr></w:pPr></w:p>`;
  expect(await convertAll(`${paragraph('Report')}${page}${poster}${portrait}`)).toBeUndefined();
});
