import { readdirSync, readFileSync } from 'node:fs';
import type { Conversion } from '../../../handler/conversion/converter.ts';
import { createLocalConverter } from '../../../handler/conversion/local-converter.ts';

const samples = new URL('../../../samples/', import.meta.url);
const golden = new URL('./golden/', import.meta.url);
const converter = createLocalConverter();

function convertSample(filename: string): Promise<Conversion> {
  const bytes = readFileSync(new URL(filename, samples));
  return converter.convert({ bytes, filename }, { signal: new AbortController().signal, ocr: 'auto', method: 'auto' });
}

test.each(readdirSync(samples))('%s becomes the Markdown that was read and approved', async (filename) => {
  const { markdown, characters } = await convertSample(filename);
  expect(markdown).toBe(readFileSync(new URL(`${filename}.md`, golden), 'utf8'));
  expect(characters).toBe(markdown.length);
});

test.each([
  ['delivery-note.pdf', { type: 'pdf', pages: 1, converter: 'unpdf@1.8.1', title: 'Delivery note 2026-0347' }],
  ['energy-report.pdf', { type: 'pdf', pages: 4, converter: 'unpdf@1.8.1', title: 'Brenna Island Energy Report 2025' }],
  [
    'project-proposal.docx',
    {
      type: 'docx',
      converter: 'mammoth@1.13.0 node-html-markdown@2.0.0',
      title: 'Harbour Sensor Network',
      author: 'Tideline Instruments Cooperative',
    },
  ],
  [
    'meeting-record.html',
    {
      type: 'html',
      converter: 'node-html-markdown@2.0.0',
      title: 'Record of the 14th Meeting — Upper Larch Valley Water Board',
      author: 'Upper Larch Valley Water Board',
    },
  ],
  ['sensor-specification.md', { type: 'markdown', title: 'Greenhouse Sensor Message, version 2' }],
  ['tide-log.txt', { type: 'text' }],
])('%s: what is known about it', async (filename, known) => {
  expect(await convertSample(filename)).toMatchObject(known);
});
