import { readFileSync } from 'node:fs';
import type { Conversion } from '../../../documents/conversion/converter.ts';
import { createLocalConverter } from '../../../documents/conversion/local-converter.ts';
import { SAMPLES } from './samples.ts';

const golden = new URL('./golden/', import.meta.url);
const converter = createLocalConverter();

const conversions = new Map<string, Promise<Conversion>>();

/** Each once, for both tests of it. */
function convertSample(filename: string): Promise<Conversion> {
  const known = conversions.get(filename);
  if (known) return known;
  const bytes = SAMPLES.get(filename) as Uint8Array;
  const options = { signal: new AbortController().signal, ocr: 'auto', method: 'auto' } as const;
  const conversion = converter.convert({ bytes, filename }, options);
  conversions.set(filename, conversion);
  return conversion;
}

test.each([...SAMPLES.keys()])('%s becomes the Markdown that was read and approved', async (filename) => {
  const { markdown, characters } = await convertSample(filename);
  expect(markdown).toBe(readFileSync(new URL(`${filename}.md`, golden), 'utf8'));
  expect(characters).toBe(markdown.length);
});

test.each([
  ['delivery-note.pdf', { type: 'pdf', pages: 1, converter: 'unpdf@1.8.1', title: 'Delivery note 2026-0347' }],
  [
    'energy-report.pdf',
    { type: 'pdf', pages: 4, converter: 'unpdf@1.8.1', title: 'Brenna Island Energy Report 2025', language: 'en' },
  ],
  [
    'project-proposal.docx',
    {
      type: 'docx',
      converter: 'mammoth@1.13.0 parse5@8.1.1',
      title: 'Harbour Sensor Network',
      author: 'Tideline Instruments Cooperative',
    },
  ],
  [
    'meeting-record.html',
    {
      type: 'html',
      converter: 'parse5@8.1.1',
      title: 'Record of the 14th Meeting — Upper Larch Valley Water Board',
      author: 'Upper Larch Valley Water Board',
    },
  ],
  ['sensor-specification.md', { type: 'markdown', title: 'Greenhouse Sensor Message, version 2' }],
  ['tide-log.txt', { type: 'text' }],
  [
    'ferry-timetable.pptx',
    { type: 'pptx', pages: 5, title: 'Kelp Lane Ferry: the winter timetable', author: 'Kelp Lane Ferry Association' },
  ],
  [
    'orchard-harvest.xlsx',
    {
      type: 'xlsx',
      pages: 3,
      converter: 'saxes@6.0.0 numfmt@4.0.1',
      language: 'en-GB',
      author: 'Larkfield Orchard Trust',
    },
  ],
  [
    'berth-request.eml',
    {
      type: 'eml',
      converter: 'postal-mime@4.0.0 parse5@8.1.1',
      title: 'Berth for the „Petrel“ on 4 December',
      author: 'Agnes Sørbye',
    },
  ],
  ['lamp-keepers.epub', { type: 'epub', title: 'The Lamp Keepers', author: 'Skerry Light Society', language: 'en-GB' }],
  ['lighthouse-stock.csv', { type: 'csv', converter: 'papaparse@5.7.1' }],
])('%s: what is known about it', async (filename, known) => {
  expect(await convertSample(filename)).toMatchObject(known);
});
