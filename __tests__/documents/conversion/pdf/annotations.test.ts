import { makePdf, type PdfOptions, type PdfText, pdfStream } from '../../../../bench/documents/make-pdf.ts';
import { convert } from '../local-conversion.ts';

const LABELS: PdfText[] = [
  { text: 'Ship:', x: 50, y: 700 },
  { text: 'Dangerous goods', x: 70, y: 670 },
  { text: 'Remarks follow below.', x: 50, y: 500 },
];

async function linesOf(annotations: readonly string[], texts = LABELS, options: PdfOptions = {}): Promise<string[]> {
  const { markdown } = await convert(makePdf([texts], { annotations, ...options }), 'x.pdf');
  return markdown.split('\n').filter((line) => line !== '' && !line.startsWith('<!--'));
}

const widget = (rect: string, rest: string) => `<< /Type /Annot /Subtype /Widget /F 4 /Rect [${rect}] ${rest} >>`;
const SHIP = '100 695 300 712';
const BOX = '50 667 62 679';

test.each([
  ['a text', '/FT /Tx /T (a) /V (Nordlicht IV)', 'Ship: Nordlicht IV'],
  ['a text of several lines', '/FT /Tx /T (a) /Ff 4096 /V (North\\nmole)', 'Ship: North mole'],
  [
    'a choice, by what it shows',
    '/FT /Ch /T (a) /Ff 131072 /Opt [[(n) (Nordlicht)] [(s) (Sued)]] /V (n)',
    'Ship: Nordlicht',
  ],
  ['several choices', '/FT /Ch /T (a) /Ff 2097152 /Opt [(One) (Two) (Three)] /V [(One) (Three)]', 'Ship: One, Three'],
  ['nothing', '/FT /Tx /T (a)', 'Ship:'],
  ['a password', '/FT /Tx /T (a) /Ff 8192 /V (secret)', 'Ship:'],
])('%s that was filled in stands behind its label', async (_, field, line) => {
  expect(await linesOf([widget(SHIP, field)])).toContain(line);
});

test.each([
  ['ticked', '/V /Yes /AS /Yes', '[x] Dangerous goods'],
  ['not ticked', '/V /Off /AS /Off', '[ ] Dangerous goods'],
  ['never touched', '', '[ ] Dangerous goods'],
])('a check box that is %s stands beside what it is about', async (_, state, line) => {
  expect(await linesOf([widget(BOX, `/FT /Btn /T (b) ${state} /AP << /N << /Yes null /Off null >> >>`)])).toContain(
    line,
  );
});

test('of radio buttons the one that was chosen is ticked', async () => {
  const texts = [...LABELS, { text: 'north', x: 70, y: 640 }, { text: 'south', x: 170, y: 640 }];
  const states = ['n', 's'].map((name) =>
    pdfStream(`/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Name /${name}`, ''),
  );
  const button = (left: number, name: string, state: string, appearance: number) =>
    `<< /Type /Annot /Subtype /Widget /F 4 /Rect [${left} 637 ${left + 12} 649] /Parent 5 0 R /AS /${state} ` +
    `/AP << /N << /${name} ${appearance} 0 R /Off ${appearance} 0 R >> >> >>`;
  const objects = ['<< /FT /Btn /Ff 32768 /T (side) /V /s >>', ...states];
  const lines = await linesOf([button(50, 'n', 'Off', 6), button(150, 's', 's', 7)], texts, { objects });
  expect(lines).toContain('[ ] north [x] south');
});

test('a value is written in place of the rule that was drawn for it', async () => {
  const texts = [{ text: 'Ship: ____________ arrives', x: 50, y: 700 }];
  expect(await linesOf([widget('75 697 130 710', '/FT /Tx /T (a) /V (Nordlicht)')], texts)).toEqual([
    'Ship: Nordlicht arrives',
  ]);
});

test('a value that was printed onto the page as well stands there once', async () => {
  const texts = [...LABELS, { text: 'Nordlicht', x: 102, y: 700 }];
  const lines = await linesOf([widget(SHIP, '/FT /Tx /T (a) /V (Nordlicht)')], texts);
  expect(lines.join(' ').match(/Nordlicht/g)).toHaveLength(1);
});

test('what was written on the page is part of it, what was remarked is quoted at its end', async () => {
  const lines = await linesOf([
    '<< /Type /Annot /Subtype /FreeText /F 4 /Rect [50 600 300 616] /Contents (Pilot at 05:30) /DA (/F1 10 Tf) >>',
    '<< /Type /Annot /Subtype /Text /F 4 /Rect [10 700 30 720] /Contents (Check this) /T (Ada) >>',
    '<< /Type /Annot /Subtype /Link /F 4 /Rect [50 500 90 510] /Contents (Goes elsewhere) >>',
    '<< /Type /Annot /Subtype /Text /F 2 /Rect [10 600 30 620] /Contents (Hidden) >>',
  ]);
  expect(lines).toEqual(['Ship:', 'Dangerous goods', 'Pilot at 05:30', 'Remarks follow below.', '> Ada: Check this']);
});

test.each(['/Subtype /Stamp', '/Subtype /Widget /FT /Sig /T (s)'])('%s: the text it shows is read', async (kind) => {
  const appearance = pdfStream(
    '/Type /XObject /Subtype /Form /BBox [0 0 100 30] /Resources << /Font << /F1 3 0 R >> >>',
    'BT /F1 10 Tf 2 18 Td (Signed) Tj 0 -12 Td [(by) -500 (Ada)] TJ ET',
  );
  const annotation = `<< /Type /Annot ${kind} /F 4 /Rect [50 560 150 590] /AP << /N 5 0 R >> >>`;
  expect(await linesOf([annotation], LABELS, { objects: [appearance] })).toContain('Signed by Ada');
});

test('a form of nothing but what was filled in is no image', async () => {
  expect(await linesOf([widget(SHIP, '/FT /Tx /T (a) /V (Nordlicht)')], [])).toEqual(['Nordlicht']);
});

test('what stands larger above a form is its heading still', async () => {
  const texts = [
    { text: 'Application', x: 50, y: 750, size: 14 },
    { text: 'Ship:', x: 50, y: 700 },
  ];
  const field = widget(SHIP, '/FT /Tx /T (a) /V (Nordlicht IV)');
  expect(await linesOf([field], texts)).toEqual(['# Application', 'Ship: Nordlicht IV']);
});

test('lines of a form are no paragraph', async () => {
  const texts = [
    { text: 'Ship:', x: 50, y: 700 },
    { text: 'Port:', x: 50, y: 688 },
  ];
  const lines = await linesOf(
    [widget(SHIP, '/FT /Tx /T (a) /V (One)'), widget('100 685 300 697', '/FT /Tx /T (b) /V (Two)')],
    texts,
  );
  expect(lines).toEqual(['Ship: One', 'Port: Two']);
});

test.each([
  ['a hidden note', '/Subtype /Text /F 2 /Contents (Hidden)', ['Page 1: hidden notes or fields were left out.']],
  [
    'a hidden field',
    '/Subtype /Widget /FT /Tx /F 2 /T (a) /V (Hidden)',
    ['Page 1: hidden notes or fields were left out.'],
  ],
  ['a hidden field without a value', '/Subtype /Widget /FT /Tx /F 2 /T (a)', undefined],
  ['a hidden link', '/Subtype /Link /F 2 /Contents (Elsewhere)', undefined],
  ['a film', '/Subtype /Movie /F 4 /Contents (The launch)', ['Files within the PDF are not converted: The launch.']],
  ['a sound', '/Subtype /Sound /F 4', ['Files within the PDF are not converted: Sound.']],
])('%s is named, if it says anything', async (_, annotation, partial) => {
  const annotations = [`<< /Type /Annot ${annotation} /Rect [10 600 30 620] >>`];
  const pdf = makePdf([LABELS], { annotations });
  expect((await convert(pdf, 'x.pdf')).partial).toEqual(partial);
});
