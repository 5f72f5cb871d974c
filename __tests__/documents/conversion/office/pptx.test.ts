import { requireLinearTime } from '../../../growth.ts';
import { convert, refusal } from '../local-conversion.ts';
import { line, makePptx, placed, shape } from './make-pptx.ts';

async function slide(shapes: string, parts?: Record<string, string>): Promise<string> {
  const { markdown } = await convert(makePptx([{ shapes }], parts), 'x.pptx');
  return markdown.replace('<!-- page 1 -->\n\n', '').trim();
}

test('a title comes first, whatever stands before it in the file', async () => {
  const shapes = shape('type="body"', line('first')) + shape('type="title"', line('Title'));
  expect(await slide(shapes)).toBe('## Title\n\n- first');
});

test('the title of the whole presentation is the highest heading, its subtitle no list', async () => {
  const shapes = shape('type="ctrTitle"', line('Deck')) + shape(undefined, line('by us'));
  expect(await slide(shapes)).toBe('# Deck\n\nby us');
});

test('bullets and numbers are those of the paragraph, or else of layout and master', async () => {
  const body = shape(
    'idx="1"',
    line('master says bullet'),
    line('nested', 'lvl="1"/>'),
    line('no bullet', '><a:buNone/></a:pPr>'),
    line('counted', '><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>'),
    line('and on', '><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>'),
  );
  expect(await slide(body)).toBe('- master says bullet\n    - nested\n\nno bullet\n\n3. counted\n4. and on');
});

test('a list that counts in other signs begins anew', async () => {
  const counted = (text: string, type: string) => line(text, `><a:buAutoNum type="${type}"/></a:pPr>`);
  const body = shape(
    'idx="1"',
    counted('a', 'arabicPeriod'),
    counted('b', 'arabicPeriod'),
    counted('c', 'romanUcPeriod'),
  );
  expect(await slide(body)).toBe('1. a\n2. b\n1. c');
});

test("a layout's word on bullets beats the master's", async () => {
  const layout =
    '<p:sldLayout xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type="body" idx="1"/></p:nvPr></p:nvSpPr>' +
    '<p:txBody><a:lstStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></a:lstStyle></p:txBody></p:sp></p:spTree></p:cSld></p:sldLayout>';
  const body = shape('type="body" idx="1"', line('plain'));
  expect(await slide(body, { 'ppt/slideLayouts/layout.xml': layout })).toBe('plain');
});

test('links lead where they led, those of several runs once', async () => {
  const run = (text: string, id = '') =>
    `<a:r><a:rPr>${id && `<a:hlinkClick r:id="${id}"/>`}</a:rPr><a:t>${text}</a:t></a:r>`;
  const runs = `<a:p>${run('See ')}${run('the ', 'l')}${run('list', 'l')}${run(', ')}${run('mail', 'm')}${run(' or ')}${run('jump', 'gone')}</a:p>`;
  const links = { l: 'https://example.org/a b', m: 'mailto:a@example.org' };
  const { markdown } = await convert(makePptx([{ shapes: shape(undefined, runs), links }]), 'x.pptx');
  expect(markdown).toBe(
    '<!-- page 1 -->\n\nSee [the list](https://example.org/a%20b), [mail](mailto:a@example.org) or jump\n',
  );
});

test('a picture is the text that stands for it; a slide of nothing else is said to need OCR', async () => {
  const slides = [
    { shapes: placed('picture', 'The [old]\nhull', [0, 100, 10, 10]) + placed('box', 'Hull', [0, 0, 10, 10]) },
    { shapes: placed('picture', '', [0, 0, 10, 10]) },
    { shapes: placed('picture', 'A crane', [0, 0, 10, 10]) },
  ];
  expect(await convert(makePptx(slides), 'x.pptx')).toMatchObject({
    markdown:
      '<!-- page 1 -->\n\nHull\n\n![The \\[old\\] hull]()\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n\n![A crane]()\n',
    partial: ['Pages 2 to 3 are images: their text needs OCR.'],
  });
  expect(await refusal(convert(makePptx(slides.slice(1)), 'x.pptx'))).toBe(
    'needs-ocr: The presentation needs OCR: its slides are pictures without text.',
  );
});

test('shapes are read as they stand, also inside a group that is put elsewhere', async () => {
  const group = `<p:grpSp><p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="100" cy="30"/><a:chOff x="5000" y="5000"/><a:chExt cx="1000" cy="300"/></a:xfrm></p:grpSpPr>
    ${placed('box', 'second', [5000, 5200, 1000, 100])}${placed('box', 'first', [5000, 5000, 1000, 100])}</p:grpSp>`;
  expect(await slide(placed('box', 'third', [0, 40, 100, 10]) + group)).toBe('first\n\nsecond\n\nthird');
});

test('a table, and shapes in groups', async () => {
  const cell = (content: string) => `<a:tc><a:txBody>${line(content)}</a:txBody></a:tc>`;
  const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr>${cell('a')}${cell('b')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  expect(await slide(`<p:grpSp>${shape(undefined, line('inside'))}${table}</p:grpSp>`)).toBe(
    'inside\n\n| a | b |\n| --- | --- |',
  );
});

test('a chart is the table of its values', async () => {
  const points = (...values: string[]) => values.map((value, i) => `<pt idx="${i}"><v>${value}</v></pt>`).join('');
  const chart = `<chartSpace><chart><title><tx><rich>${line('Catch').replaceAll('a:', '')}</rich></tx></title><ser><tx><strRef><strCache>${points('2025')}</strCache></strRef></tx>
    <cat><strRef><strCache>${points('Q1', 'Q2')}</strCache></strRef></cat><val><numRef><numCache>${points('8.1999999999999993', '4')}</numCache></numRef></val></ser></chart></chartSpace>`;
  const frame =
    '<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="c" r:id="c"/></a:graphicData></a:graphic></p:graphicFrame>';
  expect(await slide(frame, { 'ppt/charts/chart.xml': chart })).toBe(
    'Catch\n\n|  | 2025 |\n| --- | --- |\n| Q1 | 8.2 |\n| Q2 | 4 |',
  );
});

test('a chart says its kind, its axes, and what its categories are part of', async () => {
  const cache = (...texts: string[]) => texts.map((text, i) => `<pt idx="${i}"><v>${text}</v></pt>`).join('');
  const levels = `<lvl>${cache('Q1', 'Q2', 'Q1')}</lvl><lvl><pt idx="0"><v>2025</v></pt><pt idx="2"><v>2026</v></pt></lvl>`;
  const series = `<ser><cat><multiLvlStrRef><multiLvlStrCache>${levels}</multiLvlStrCache></multiLvlStrRef></cat><val><numRef><numCache>${cache('4', '5', '6')}</numCache></numRef></val></ser>`;
  const title = `<title><tx><strRef><strCache>${cache('Catch')}</strCache></strRef></tx></title>`;
  const axis = `<valAx><title><tx><rich>${line('Tonnes').replaceAll('a:', '')}</rich></tx></title></valAx>`;
  const chart = `<chartSpace><chart>${title}<plotArea><line3DChart>${series}</line3DChart><catAx/>${axis}</plotArea></chart></chartSpace>`;
  const frame =
    '<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="c" r:id="c"/></a:graphicData></a:graphic></p:graphicFrame>';
  expect(await slide(frame, { 'ppt/charts/chart.xml': chart })).toBe(
    'Catch\n\nLine chart\n\nAxes: Tonnes\n\n|  |  |\n| --- | --- |\n| 2025 Q1 | 4 |\n| 2025 Q2 | 5 |\n| 2026 Q1 | 6 |',
  );
});

test('of content that is there twice, one is read', async () => {
  const twice = `<mc:AlternateContent xmlns:mc="mc"><mc:Choice>${shape(undefined, line('new'))}</mc:Choice><mc:Fallback>${shape(undefined, line('old'))}</mc:Fallback></mc:AlternateContent>`;
  expect(await slide(twice)).toBe('new');
});

test('what footers say stands where it is said first; numbers, and dates that change, do not', async () => {
  const field = (type: string, text: string) => `<a:p><a:fld type="${type}"><a:t>${text}</a:t></a:fld></a:p>`;
  const furniture = (number: string, footer: string) =>
    shape('type="sldNum"', number) +
    shape('type="dt"', field('datetime1', '1 May')) +
    shape('type="ftr"', line(footer));
  const slides = [
    { shapes: furniture(field('slidenum', '1'), 'Draft of March') + shape(undefined, line('one')) },
    { shapes: shape(undefined, line('two')) + furniture(line('2'), 'Draft of March') },
    { shapes: shape(undefined, line('three')) + furniture(line('Annex III'), 'Final') },
    { shapes: shape(undefined, line('four')) + shape('type="dt"', line('12 March 2026')) },
  ];
  expect((await convert(makePptx(slides), 'x.pptx')).markdown).toBe(
    [
      ['<!-- page 1 -->', 'one', 'Draft of March'],
      ['<!-- page 2 -->', 'two'],
      ['<!-- page 3 -->', 'three', 'Annex III', 'Final'],
      ['<!-- page 4 -->', 'four', '12 March 2026\n'],
    ]
      .map((blocks) => blocks.join('\n\n'))
      .join('\n\n'),
  );
});

test('what is typed on the layout and on the master is read once, where they show', async () => {
  const tree = (...shapes: string[]) => `<p:cSld><p:spTree>${shapes.join('')}</p:spTree></p:cSld>`;
  const namespaces = 'xmlns:p="p" xmlns:a="a"';
  const parts = (showsMaster: string) => ({
    'ppt/slideLayouts/layout.xml': `<p:sldLayout ${namespaces} ${showsMaster}>${tree(shape('type="title"', line('Click to add')), shape(undefined, line('Confidential')))}</p:sldLayout>`,
    'ppt/slideMasters/master.xml': `<p:sldMaster ${namespaces}>${tree(shape(undefined, line('Ferry Office')))}</p:sldMaster>`,
  });
  const slides = ['one', 'two'].map((text) => ({ shapes: shape(undefined, line(text)) }));
  const markdownOf = async (showsMaster: string) =>
    (await convert(makePptx(slides, parts(showsMaster)), 'x.pptx')).markdown;
  expect(await markdownOf('')).toBe(
    '<!-- page 1 -->\n\none\n\nConfidential\n\nFerry Office\n\n<!-- page 2 -->\n\ntwo\n',
  );
  expect(await markdownOf('showMasterSp="0"')).not.toContain('Ferry Office');
});

test('a footer makes no text of a slide that is a picture', async () => {
  const shapes = `<p:pic><p:nvPicPr/></p:pic>${shape('type="ftr"', line('Ferry Office'))}`;
  expect(await refusal(convert(makePptx([{ shapes }]), 'x.pptx'))).toBe(
    'needs-ocr: The presentation needs OCR: its slides are pictures without text.',
  );
});

test('a cell that spans columns or rows stands in each of them, and once where it spans the table', async () => {
  const cell = (text: string, spans = '') => `<a:tc ${spans}><a:txBody>${line(text)}</a:txBody></a:tc>`;
  const row = (...cells: string[]) => `<a:tr>${cells.join('')}</a:tr>`;
  const rows = [
    row(cell('Ferries', 'gridSpan="3"'), cell('', 'hMerge="1"'), cell('', 'hMerge="1"')),
    row(cell('Line', 'rowSpan="2"'), cell('Hours', 'gridSpan="2"'), cell('', 'hMerge="1"')),
    row(cell('', 'vMerge="1"'), cell('from'), cell('to')),
  ];
  const frame = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl>${rows.join('')}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  expect(await slide(frame)).toBe(
    '| Ferries |  |  |\n| --- | --- | --- |\n| Line | Hours | Hours |\n| Line | from | to |',
  );
});

test('notes follow as a quotation; hidden slides are left out and named', async () => {
  const slides = [
    { shapes: shape(undefined, line('one')), notes: 'Say hello.' },
    { shapes: shape(undefined, line('two')), hidden: true },
    { shapes: shape(undefined, line('three')) },
  ];
  expect(await convert(makePptx(slides), 'x.pptx')).toMatchObject({
    markdown: '<!-- page 1 -->\n\none\n\n> Say hello.\n\n<!-- page 3 -->\n\nthree\n',
    pages: 3,
    language: 'en-GB',
    partial: ['The hidden slide 2 was left out.'],
  });
});

test.each<[shapes: string, message: string]>([
  ['', 'empty: The presentation is empty: its visible slides have no text.'],
  ['<p:pic/>', 'needs-ocr: The presentation needs OCR: its slides are pictures without text.'],
  ['<p:sp>', 'corrupt: A part of the document is no well-formed XML, at its line 1.'],
])('slides of %j are refused', async (shapes, message) => {
  expect((await refusal(slide(shapes))).slice(0, message.length)).toBe(message);
});

test('more slides than the limit are too large', async () => {
  const slides = [{ shapes: '' }, { shapes: '' }];
  expect(await refusal(convert(makePptx(slides), 'x.pptx', { maxPages: 1 }))).toBe(
    'too-large: The presentation has 2 slides; at most 1 are converted.',
  );
});

test('long runs of spaces in a title and in notes take no time that grows with their square', async () => {
  await requireLinearTime(async (length) => {
    const spaces = `x${' '.repeat(length)}x`;
    const bytes = makePptx([{ shapes: shape('type="title"', line(spaces)), notes: spaces }]);
    expect((await convert(bytes, 'x.pptx')).words).toBe(4);
  }, 25_000);
});

test('a relationship that leads nowhere matters only where it is followed', async () => {
  const relationships =
    '<Relationships><Relationship Id="i" Type="x/image" Target="../media/50%.png"/><Relationship Id="h" Type="x/link" Target="http://["/></Relationships>';
  const parts = { 'ppt/slides/_rels/slide0.xml.rels': relationships };
  expect(await slide(shape('type="title"', line('Title')), parts)).toBe('## Title');
});

test('powers, indices and formulas are not run into their neighbours', async () => {
  const run = (text: string, baseline: number) => `<a:r><a:rPr baseline="${baseline}"/><a:t>${text}</a:t></a:r>`;
  const formula =
    '<a14:m xmlns:a14="a14"><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>a_1</m:t></m:r></m:oMath></a14:m>';
  const text = `<a:p>${run('10', 0)}${run('6', 30000)}${run(' l of H', 0)}${run('2', -25000)}${run('O, ', 0)}${formula}</a:p>`;
  expect(await slide(shape(undefined, text))).toBe('10<sup>6</sup> l of H<sub>2</sub>O, $a\\_1$');
});

test('comments follow, those of old and those in threads', async () => {
  const commented = (comments: string) =>
    slide(shape(undefined, line('one')), {
      'ppt/slides/_rels/slide0.xml.rels':
        '<Relationships><Relationship Id="k" Type="http://x/comments" Target="../comments/comment1.xml"/></Relationships>',
      'ppt/comments/comment1.xml': comments,
      'ppt/_rels/presentation.xml.rels':
        '<Relationships><Relationship Id="s0" Type="http://x/slide" Target="slides/slide0.xml"/><Relationship Id="a" Type="http://x/commentAuthors" Target="authors.xml"/></Relationships>',
      'ppt/authors.xml': '<cmAuthorLst><cmAuthor id="1" name="Ida"/></cmAuthorLst>',
    });
  expect(await commented('<cmLst><cm><text>Too long.</text></cm></cmLst>')).toBe('one\n\n> Comment: Too long.');
  expect(await commented('<cmLst><cm authorId="1"><text>Too long.</text></cm></cmLst>')).toContain(
    '> Comment by Ida: Too long.',
  );
  const body = (text: string) => `<txBody><p><r><t>${text}</t></r></p></txBody>`;
  expect(
    await commented(
      `<cmLst><cm><replyLst><reply authorId="1">${body('No.')}</reply></replyLst>${body('Too long?')}</cm></cmLst>`,
    ),
  ).toContain('> Comment: Too long?\n>\n> Comment by Ida: No.');
});

test('hidden shapes, and objects of which nothing is read, are left out and named', async () => {
  const hidden = shape(undefined, line('secret')).replace('<p:nvPr>', '<p:cNvPr hidden="1"/><p:nvPr>');
  const object = '<p:graphicFrame><a:graphic><a:graphicData><p:oleObj/></a:graphicData></a:graphic></p:graphicFrame>';
  expect(
    await convert(makePptx([{ shapes: shape(undefined, line('one')) + hidden + object }]), 'x.pptx'),
  ).toMatchObject({
    markdown: '<!-- page 1 -->\n\none\n',
    partial: [
      'Hidden shapes were left out: Page 1.',
      'Objects of other programs, or charts without values, were left out: Page 1.',
    ],
  });
});

test('a hidden group, and ink, are left out and named', async () => {
  const group = `<p:grpSp><p:nvGrpSpPr><p:cNvPr hidden="1"/></p:nvGrpSpPr>${shape(undefined, line('secret'))}</p:grpSp>`;
  const shapes = `${shape(undefined, line('one'))}${group}<p:contentPart r:id="ink"/>`;
  expect(await convert(makePptx([{ shapes }]), 'x.pptx')).toMatchObject({
    markdown: '<!-- page 1 -->\n\none\n',
    partial: [
      'Hidden shapes were left out: Page 1.',
      'Objects of other programs, or charts without values, were left out: Page 1.',
    ],
  });
});

test('a shape that leads somewhere is a link, unless its text is one, and a picture names where', async () => {
  const link = '<a:hlinkClick r:id="l1"/>';
  const named = (text: string) => shape(undefined, text).replace('<p:nvPr>', `<p:cNvPr>${link}</p:cNvPr><p:nvPr>`);
  const own = line('own').replace('<a:rPr lang="en-GB"/>', '<a:rPr><a:hlinkClick r:id="l2"/></a:rPr>');
  const picture = `<p:pic><p:nvPicPr><p:cNvPr descr="A crane">${link}</p:cNvPr></p:nvPicPr></p:pic>`;
  const links = { l1: 'https://x.example/1', l2: 'https://x.example/2' };
  const { markdown } = await convert(
    makePptx([{ shapes: named(line('box')) + named(own) + picture, links }]),
    'x.pptx',
  );
  expect(markdown).toBe(
    '<!-- page 1 -->\n\n[box](https://x.example/1)\n\n[own](https://x.example/2)\n\n![A crane]()\n\nhttps://x.example/1\n',
  );
});

test('what stands for a shape without text is read', async () => {
  const arrow = '<p:sp><p:nvSpPr><p:cNvPr descr="From the mole to the pier"/></p:nvSpPr></p:sp>';
  const { markdown } = await convert(makePptx([{ shapes: arrow + shape(undefined, line('one')) }]), 'x.pptx');
  expect(markdown).toBe('<!-- page 1 -->\n\n![From the mole to the pier]()\n\none\n');
});
