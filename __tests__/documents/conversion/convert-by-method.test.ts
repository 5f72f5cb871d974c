import fc from 'fast-check';
import { convertByMethod } from '../../../documents/conversion/convert-by-method.ts';
import {
  type ConversionMethod,
  type Converter,
  type OcrMode,
  UnconvertibleDocumentError,
  type UnconvertibleReason,
} from '../../../documents/conversion/converter.ts';
import { refusal } from './local-conversion.ts';

const source = { bytes: Buffer.from('x'), filename: 'a.pdf' };
const signal = new AbortController().signal;

function answering(name: string): Converter {
  return { convert: async () => ({ markdown: name, type: 'pdf', characters: name.length, converter: `${name}@1` }) };
}

function refusing(reason: UnconvertibleReason, by = 'local'): Converter {
  return {
    async convert() {
      throw new UnconvertibleDocumentError(reason, `Refused by ${by}.`);
    },
  };
}

const docling = answering('docling');

async function converted(local: Converter, method: ConversionMethod, ocr: OcrMode, withDocling = true) {
  const converter = convertByMethod({ local, docling: withDocling ? docling : undefined });
  return (await converter.convert(source, { signal, method, ocr })).markdown;
}

test.each<[method: ConversionMethod, ocr: OcrMode, by: string]>([
  ['auto', 'auto', 'local'],
  ['auto', 'skip', 'local'],
  ['auto', 'force', 'docling'],
  ['local', 'force', 'local'],
  ['docling', 'skip', 'docling'],
])('method %s with ocr %s is converted by %s', async (method, ocr, by) => {
  expect(await converted(answering('local'), method, ocr)).toBe(by);
});

test('auto gives pages of images to docling, and what the local converter does not know', async () => {
  expect(await converted(refusing('needs-ocr'), 'auto', 'auto')).toBe('docling');
  expect(await converted(refusing('unsupported'), 'auto', 'skip')).toBe('docling');
});

test.each<[method: ConversionMethod, ocr: OcrMode, withDocling: boolean]>([
  ['auto', 'skip', true],
  ['local', 'auto', true],
  ['auto', 'auto', false],
])('pages of images are refused with method %s, ocr %s, docling %s', async (method, ocr, withDocling) => {
  const conversion = converted(refusing('needs-ocr'), method, ocr, withDocling);
  expect(await refusal(conversion)).toBe('needs-ocr: Refused by local.');
});

test('auto gives no other refused document to docling', async () => {
  const reasons: UnconvertibleReason[] = ['empty', 'corrupt', 'encrypted', 'too-large'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reasons), async (reason) => {
      expect(await refusal(converted(refusing(reason), 'auto', 'auto'))).toBe(`${reason}: Refused by local.`);
    }),
  );
});

test('what docling does not take stays with the local converter', async () => {
  const convert = (local: Converter, ocr: OcrMode, reason: UnconvertibleReason = 'unsupported') =>
    convertByMethod({ local, docling: refusing(reason, 'docling') }).convert(source, { signal, method: 'auto', ocr });
  expect((await convert(answering('local'), 'force')).markdown).toBe('local');
  expect(await refusal(convert(refusing('needs-ocr'), 'auto'))).toBe('needs-ocr: Refused by local.');
  expect(await refusal(convert(answering('local'), 'force', 'corrupt'))).toBe('corrupt: Refused by docling.');
  expect(await refusal(convert(refusing('needs-ocr'), 'auto', 'corrupt'))).toBe('corrupt: Refused by docling.');
});

test('a method that the deployment does not have is refused, never another one in silence', async () => {
  expect(await refusal(converted(answering('local'), 'docling', 'auto', false))).toBe(
    'method-unavailable: This deployment has no docling-serve: enqueue the document with the method auto or local.',
  );
});
