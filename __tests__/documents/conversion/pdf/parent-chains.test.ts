import { deflateSync } from 'node:zlib';
import { makePdf, pdfStream } from '../../../../bench/documents/make-pdf.ts';
import { requireShortChains } from '../../../../documents/conversion/pdf/parent-chains.ts';
import { requireLinearTime } from '../../../growth.ts';
import { convert, refusal } from '../local-conversion.ts';

const FIRST = 5;
const TEXT = [{ text: 'Ship:', x: 50, y: 700 }];
const TOO_DEEP = 'The PDF has fields that stand more than 64 deep in each other.';

/** Fields of which each stands in the one `step` before it. */
function fields(amount: number, step: number): string[] {
  return Array.from({ length: amount }, (_, i) => {
    const parent = i < step ? '' : `/Parent ${FIRST + i - step} 0 R`;
    return `<< /Type /Annot /Subtype /Widget /FT /Tx /T (f${i}) /Rect [9 9 99 ${i}] ${parent} >>`;
  });
}

function form(objects: readonly string[]): Uint8Array {
  return makePdf([TEXT], { objects, annotations: objects.map((_, i) => `${FIRST + i} 0 R`) });
}

/** The same objects in a deflated stream, as programs have written them since PDF 1.5. */
function packed(objects: readonly string[]): string {
  let places = '';
  let length = 0;
  objects.forEach((object, i) => {
    places += `${FIRST + i} ${length} `;
    length += object.length + 1;
  });
  const data = deflateSync(Buffer.from(`${places}${objects.join(' ')}`, 'latin1')).toString('latin1');
  return pdfStream(`/Type /ObjStm /N ${objects.length} /First ${places.length} /Filter /FlateDecode`, data);
}

test('fields that stand in each other without end are refused', async () => {
  expect(await refusal(convert(form(fields(10_000, 1)), 'x.pdf'))).toBe(`too-large: ${TOO_DEEP}`);
});

test('as many fields beside each other are read', async () => {
  expect((await convert(form(fields(1500, 25)), 'x.pdf')).markdown).toContain('Ship:');
});

test('fields in a stream of objects are seen too', () => {
  const stream = (step: number) => Buffer.from(`9 0 obj\n${packed(fields(2000, step))}\nendobj`, 'latin1');
  expect(() => requireShortChains(stream(1))).toThrow(TOO_DEEP);
  expect(() => requireShortChains(stream(50))).not.toThrow();
});

test('fields that stand in each other in a circle are refused as well, where it is long', () => {
  const circle = (length: number) =>
    Buffer.from(Array.from({ length: 2000 }, (_, i) => `${i} 0 obj <</Parent ${(i + 1) % length} 0 R>>`).join('\n'));
  expect(() => requireShortChains(circle(2000))).toThrow(TOO_DEEP);
  expect(() => requireShortChains(circle(20))).not.toThrow();
});

test.each<[string, (amount: number) => string]>([
  ['fields', (amount) => fields(amount * 25, 500).join('\n')],
  ['streams that do not end', (amount) => '/ObjStm stream '.repeat(amount * 100)],
  ['streams without data', (amount) => '/ObjStm '.repeat(amount * 200)],
])('looking through %s takes time in proportion to the file', async (_, file) => {
  await requireLinearTime((amount) => requireShortChains(Buffer.from(file(amount))), 400);
});
